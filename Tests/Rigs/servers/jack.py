"""JACK with its dummy driver, whose monitors are the loopback cable."""
import os
import subprocess

from server import Server


class Jack(Server):
    period, periods = 128, 3

    def start(self):
        name = f"talea{os.getpid()}"
        variables = {"JACK_DEFAULT_SERVER": name, "JACK_NO_AUDIO_RESERVATION": "1"}
        self.launch(
            "jackd", "--realtime", "-P", "60", "-n", name, "-d", "dummy", "-r", "48000", "-p", str(self.period), "-C", "2", "-P", "2",
            "-m", "-w", str(self.period * 1_000_000 // 48_000), **variables)
        self.await_that(
            lambda: subprocess.run(
                ["jack_wait", "-s", name, "-w", "-t", "1"], env={**self.own, **variables}, capture_output=True).returncode == 0)
        self.use(
            """
            pcm.rig {
              type jack
              playback_ports { 0 system:playback_1 1 system:playback_2 }
              capture_ports { 0 system:monitor_1 1 system:monitor_2 }
            }
            """, **variables)
