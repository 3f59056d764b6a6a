"""The simulated sound device, for rigs in Python."""
import itertools
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


class Simulator:
    """Builds the device and its remote control into a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count()
        self.plugin = self.cc("simdev.so", "-DPIC", "-fPIC", "-shared", os.path.join(HERE, "pcm_simdev.c"), "-lasound", "-lm")
        self.program = self.cc("simdevctl", os.path.join(HERE, "simdevctl.c"))

    def cc(self, name, *arguments):
        path = os.path.join(self.folder, name)
        subprocess.run(["cc", "-O2", "-w", "-o", path, *arguments], check=True)
        return path

    def device(self, **devices):
        """Devices by the names that libasound shall know them by, each with its settings as in a file of libasound; `rig`
        with a loopback cable where none is named."""
        return Devices(self, devices or {"rig": "source loop"})


class Devices:
    def __init__(self, simulator, devices):
        self.simulator = simulator
        number = next(simulator.numbers)
        self.names = {name: f"rig{os.getpid()}x{number}{name}" for name in devices}
        self.configuration = os.path.join(simulator.folder, f"asound{number}.conf")
        with open(self.configuration, "w") as file:
            file.write(f'</usr/share/alsa/alsa.conf>\npcm_type.simdev {{ lib "{simulator.plugin}" }}\n')
            for name, settings in devices.items():
                file.write(f'pcm.{name} {{ type simdev device "{self.names[name]}" {settings} }}\n')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in self.names.values():
            try:
                os.unlink(f"/dev/shm/simdev.{name}")
            except FileNotFoundError:
                pass

    def environment(self, faults=""):
        return {**os.environ, "ALSA_CONFIG_PATH": self.configuration, "SIMDEV_FAULTS": faults}

    def control(self, *arguments, name="rig"):
        return subprocess.run(
            [self.simulator.program, self.names[name], *map(str, arguments)], check=True, capture_output=True, text=True).stdout
