"""PulseAudio with a null sink, whose monitor is the loopback cable."""
import os
import subprocess
import time

from server import Server


class Pulse(Server):
    def start(self):
        socket = self.path("native")
        commands = self.write(
            "rig.pa",
            f"load-module module-native-protocol-unix socket={socket} auth-anonymous=1\n"
            "load-module module-null-sink sink_name=rig rate=48000 channels=2 format=float32le\n"
            "set-default-sink rig\nset-default-source rig.monitor\n")
        settings = self.write(
            "daemon.conf",
            "exit-idle-time = -1\ndaemonize = no\ndefault-sample-rate = 48000\navoid-resampling = yes\n"
            "default-fragments = 2\ndefault-fragment-size-msec = 2\n")
        self.launch(
            "pulseaudio", "-n", "-F", commands, "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
            PULSE_RUNTIME_PATH=self.path("runtime"), PULSE_STATE_PATH=self.path("home"), PULSE_CONFIG=settings)
        client = {"PULSE_SERVER": f"unix:{socket}"}
        self.await_that(
            lambda: os.path.exists(socket)
            and subprocess.run(["pactl", "info"], env={**self.own, **client}, capture_output=True).returncode == 0)
        # Without a listener the idle sink renders two seconds at a time.
        self.launch("parec", "-d", "rig.monitor", "--latency-msec=2", "--raw", "/dev/null", **client)
        time.sleep(2.2)
        device = 'type pulse server "unix:%s" handle_underrun 1 device' % socket
        self.use(
            f"""
            pcm.rig {{
              type asym
              playback.pcm {{ {device} "rig" }}
              capture.pcm {{ {device} "rig.monitor" }}
            }}
            """, **client)
