"""What the three servers have in common."""
import os
import subprocess
import time


class Server:
    """A sound server that lives in a folder. `environment` is what a program needs to find the device `rig` in it."""

    period, periods = 256, 4
    # The device in libasound's language.
    configuration = ""

    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.environment = dict(os.environ)
        for name in ("home", "runtime"):
            os.mkdir(self.path(name), 0o700)
        # Nothing of the user's own settings, and no session bus.
        self.own = {
            **os.environ, "HOME": self.path("home"), "XDG_RUNTIME_DIR": self.path("runtime"), "XDG_CONFIG_HOME": self.path("home"),
            "XDG_STATE_HOME": self.path("home"), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def launch(self, *command, **environment):
        with open(self.path(f"{os.path.basename(command[0])}.log"), "w") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env={**self.own, **environment})
        self.processes.append(process)
        return process

    def use(self, configuration, **environment):
        """Lets programs find the device."""
        path = self.write("asound.conf", "</usr/share/alsa/alsa.conf>\n" + configuration)
        self.environment.update(ALSA_CONFIG_PATH=path, HOME=self.path("home"), **environment)

    def await_that(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            if any(process.poll() is not None for process in self.processes):
                break
            time.sleep(0.05)
        logs = [open(self.path(name)).read()[-1500:] for name in os.listdir(self.folder) if name.endswith(".log")]
        raise RuntimeError("\n".join(logs))

    def kill(self):
        """Lets the server itself die without a word."""
        self.processes[0].kill()
        self.processes[0].wait()

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
