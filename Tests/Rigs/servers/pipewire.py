"""PipeWire with WirePlumber and one null sink, whose monitor is the loopback cable."""
import glob
import os
import re
import shutil
import subprocess

from server import Server

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "talea")

DAEMON = """
context.properties = {
  core.daemon = true core.name = pipewire-0 support.dbus = false log.level = 2 mem.mlock-all = false
  default.clock.rate = 48000 default.clock.allowed-rates = [ 48000 ]
  default.clock.quantum = 256 default.clock.min-quantum = 16 default.clock.max-quantum = 2048
}
context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert support.* = support/libspa-support }
context.modules = [
  { name = libpipewire-module-rt args = { nice.level = -11 rt.prio = 60 rtkit.enabled = false } flags = [ ifexists nofail ] }
  { name = libpipewire-module-protocol-native } { name = libpipewire-module-profiler } { name = libpipewire-module-metadata }
  { name = libpipewire-module-spa-device-factory } { name = libpipewire-module-spa-node-factory }
  { name = libpipewire-module-client-node } { name = libpipewire-module-client-device }
  { name = libpipewire-module-access } { name = libpipewire-module-adapter }
  { name = libpipewire-module-link-factory } { name = libpipewire-module-session-manager }
]
context.objects = [
  { factory = adapter args = {
      factory.name = support.null-audio-sink node.name = rig node.description = rig media.class = Audio/Sink
      audio.rate = 48000 audio.channels = 2 audio.position = [ FL FR ] priority.driver = 2000 priority.session = 2000
      monitor.channel-volumes = true monitor.passthrough = true node.pause-on-idle = false node.suspend-on-idle = false
      session.suspend-timeout-seconds = 0 } }
]
"""


def plugin():
    """The plug-in of libasound. Its package conflicts with PulseAudio's in Debian 12, so it is unpacked beside our other
    things where it is not installed."""
    for folder in ("/usr/lib", os.path.join(CACHE, "pipewire-alsa", "usr", "lib")):
        found = glob.glob(os.path.join(folder, "*", "alsa-lib", "libasound_module_pcm_pipewire.so"))
        if found:
            return found[0]
    os.makedirs(CACHE, exist_ok=True)
    subprocess.run(["apt-get", "download", "-qq", "pipewire-alsa"], cwd=CACHE, check=True, stderr=subprocess.DEVNULL)
    package = glob.glob(os.path.join(CACHE, "pipewire-alsa_*.deb"))[0]
    subprocess.run(["dpkg-deb", "-x", package, os.path.join(CACHE, "pipewire-alsa")], check=True)
    os.unlink(package)
    return plugin()


class PipeWire(Server):
    def start(self):
        path = plugin()
        runtime = {"PIPEWIRE_RUNTIME_DIR": self.path("runtime")}
        self.launch("pipewire", "-c", self.write("pipewire.conf", DAEMON), **runtime)
        self.await_that(lambda: os.path.exists(self.path("runtime/pipewire-0")))
        self.launch(
            "wireplumber", WIREPLUMBER_CONFIG_DIR=self.manager(), WIREPLUMBER_DATA_DIR="/usr/share/wireplumber", **runtime)
        self.await_that(
            lambda: "rig:" in subprocess.run(
                ["pw-link", "-io"], env={**self.own, **runtime}, capture_output=True, text=True, timeout=5).stdout)
        self.use(
            f"""
            pcm_type.pipewire {{ lib "{path}" }}
            pcm.rig {{
              type asym
              playback.pcm {{ type pipewire server "pipewire-0" playback_node "rig" exclusive false }}
              capture.pcm {{ type pipewire server "pipewire-0" capture_node "rig" exclusive false }}
            }}
            """, PIPEWIRE_LATENCY=f"{self.period}/48000", **runtime)

    def manager(self):
        """A copy of WirePlumber's settings without what needs a session bus, hardware, or sends idle nodes to sleep."""
        folder = self.path("wireplumber")
        shutil.copytree("/usr/share/wireplumber", folder)
        for pattern in ("30-*", "50-alsa*", "50-lib*", "50-v4l2*"):
            for path in glob.glob(os.path.join(folder, "main.lua.d", pattern)):
                os.unlink(path)
        self.edit("wireplumber/wireplumber.conf", (r"#support.dbus  = true", "support.dbus = false"), (r".*bluetooth\.lua.*\n", ""))
        self.edit("wireplumber/main.lua.d/90-enable-all.lua", (r".*_monitor\.enable.*\n", ""), (r".*suspend-node.*\n", ""))
        self.edit(
            "wireplumber/main.lua.d/50-default-access-config.lua",
            (r'\["enable-flatpak-portal"\] = true', '["enable-flatpak-portal"] = false'))
        return folder

    def edit(self, name, *changes):
        with open(self.path(name)) as file:
            text = file.read()
        for pattern, replacement in changes:
            text = re.sub(pattern, replacement, text)
        self.write(name, text)
