"""What can happen to a session, each under the eyes of whoever looks on at the real-time bracket."""
import json
import math
import os
import time

from session import Session, make_float_sound, make_sound

CHAIN = "gain -12dB -> reverb decay=1s mix=30%"
FAULTS = "p:xrun@0.3;c:xrun@0.6;b:suspend=100@0.9;c:stall=500@1.4;p:err=EIO@2.4;b:disconnect=200@2.8"


def faults(device, what=FAULTS, seconds=4.5, told=("xrun", "suspended", "resumed", "stalled", "failed", "disconnected", "reconnected")):
    def play(program, simulator):
        session = Session(program, simulator, "faults", CHAIN, device="source loop " + device, faults=what, seconds=seconds)
        return session.play().must_tell(*told)

    return play


def recording(program, simulator):
    session = Session(
        program, simulator, "recording", CHAIN, faults="p:xrun@0.5", arguments=["--record", "take"])
    session.with_changes().must_tell("xrun", "wrote")
    with open(session.path("take/events.jsonl")) as file:
        if not any(json.loads(line)["event"] == "xrun" for line in file):
            session.problems.append("the recording knows of no underrun")
    return session


def between_files(program, simulator):
    session = Session(
        program, simulator, "between files", CHAIN, ends=("in.wav", "out.wav"), arguments=["--record", "take"], seconds=1.5)
    make_sound(session.path("in.wav"), [0.5 * math.sin(0.05 * n) for n in range(96_000)])
    return session.with_changes().must_tell("wrote")


def to_file(program, simulator):
    session = Session(program, simulator, "device to file", CHAIN, ends=("rig", "out.wav"))
    return session.play().must_tell("wrote")


def not_a_number(program, simulator):
    """An input that carries NaN and infinity, through loops and filters."""
    session = Session(program, simulator, "not a number", "patch.talea", ends=("in.wav", "rig"))
    samples = [0.3 * math.sin(0.05 * n) for n in range(96_000)]
    samples[9_000], samples[20_000], samples[20_001] = math.nan, math.inf, -math.inf
    make_float_sound(session.path("in.wav"), samples)
    with open(session.path("patch.talea"), "w") as file:
        file.write(
            "damp = lowpass 2kHz\nregen = gain 50%\nmeasure = eq { peak 1kHz +6dB }\nin -> measure -> out\n"
            "measure -> [20ms] -> damp -> regen -> out\nregen -> [30ms] -> damp\n")
    return session.play().must_tell("end")


def limited(program, simulator):
    session = Session(program, simulator, "limited", "gain 40dB", ends=("in.wav", "rig"))
    make_sound(session.path("in.wav"), [0.9 * math.sin(0.05 * n) for n in range(96_000)])
    session.play()
    if session.events[-1].get("limitedFrames", 0) == 0:
        session.problems.append("the safety limiter held nothing back")
    return session


def write_heavy(session):
    """So many ladders that a machine takes two or three times as long as they sound, at 192 kHz."""
    with open(session.path("heavy.talea"), "w") as file:
        file.writelines(f"l{n} = ladder 8kHz resonance=60%\n" for n in range(200))
        file.write("in -> " + " -> ".join(f"l{n}" for n in range(200)) + " -> out\n")


def too_heavy(choice, told):
    def play(program, simulator):
        session = Session(
            program, simulator, "too heavy", "heavy.talea", seconds=8,
            device="source loop rates [ 192000 ]", arguments=["--on-overload", choice], status=1 if choice == "exit" else 0)
        write_heavy(session)
        return session.play().must_tell("overloaded", *told)

    return play


def bypass_and_back(program, simulator):
    """A patch too heavy is passed by; a lighter one follows, with the profile on, and is bypassed by hand and comes back."""
    session = Session(
        program, simulator, "bypass and back", "heavy.talea", seconds=1,
        device="source loop rates [ 192000 ]", arguments=["--on-overload", "bypass", "--record", "take"])
    write_heavy(session)
    with open(session.path("light.talea"), "w") as file:
        file.write("g = gain -6dB\nd = delay 20ms feedback=30%\nin -> g -> d -> out\n")

    def during(connection):
        end = time.monotonic() + 60
        while not connection.ask({"do": "stats"})["patchBypassed"]:
            if time.monotonic() > end:
                session.problems.append("it was never bypassed")
                return
            time.sleep(0.05)
        asked = [{"do": "profile", "on": True}, {"do": "load", "file": session.path("light.talea")}]
        for on in (True, False):
            asked += [{"do": "bypass", "on": on}, {"do": "set", "target": "g.level", "value": "-9dB"}, {"do": "profile"}]
        for request in [*asked, {"do": "bypass", "target": "d", "on": True}, {"do": "profile", "on": False}]:
            answer = connection.ask(request)
            if not answer.get("ok"):
                session.problems.append(f"{request}: {answer}")
            time.sleep(0.1)
        if connection.ask({"do": "stats"})["patchBypassed"]:
            session.problems.append("it did not come back")

    return session.play(during).must_tell("overloaded", "bypassed", "patchResumed")


def latency(program, simulator):
    """The probe of `talea latency`, whose thread has a bracket too."""
    session = Session(program, simulator, "latency", "")
    wrapper = session.path("probe")
    with open(wrapper, "w") as file:
        # Told to run like a session, it measures instead.
        file.write(f'#!/bin/sh\nexec "{program}" latency -i rig -o rig --period 64 --periods 3 --json >measured\n')
    os.chmod(wrapper, 0o755)
    session.program, session.seconds, session.is_silent = wrapper, 5, True
    session.play()
    with open(session.path("measured")) as file:
        measured = json.load(file)
    if len(measured["measuredFrames"]) != 8:
        session.problems.append(f"not all clicks came back: {measured}")
    return session


def mapped(program, simulator):
    session = Session(
        program, simulator, "mapped", "gain -6dB", device="source loop channels [ 6 ]",
        arguments=["--channels", "6", "--map", "in=3,4", "--map", "out=5,6"])
    return session.with_changes()


RELOADS = [
    "d = delay 80ms\nin -> d -> out\nin -> out\n",
    "r = reverb decay=1s mix=30%\nin -> r -> out\n",
    "s = lfo 2Hz from=300Hz to=3kHz\nf = lowpass\nin -> f -> out\ns -> f.cutoff\n",
    "a = gain 30%\nb = lowpass 2kHz\nin -> a -> b -> out\nb -> [1 sample] -> a\n",
    "a = gain 30%\nb = lowpass 2kHz\nin -> b -> a -> out\na -> [700 samples] -> b\n",
    "os = oversample 2x { drive 6dB }\nin -> os -> out\nin -> limiter -3dB -> out\n",
    "in -> gain -3dB -> out\n",
]


def reloads(program, simulator):
    """Patches that follow each other, with remainders, and bypasses; the last ones are saved and not loaded."""
    session = Session(program, simulator, "reloads", "patch.talea", faults="p:xrun@0.8", arguments=["--record", "take"])

    def save(text):
        with open(session.path("next"), "w") as file:
            file.write(text)
        os.replace(session.path("next"), session.path("patch.talea"))

    def during(connection):
        for turn in range(3):
            for number, text in enumerate(RELOADS):
                path = session.path(f"{turn}-{number}.talea")
                with open(path, "w") as file:
                    file.write(text)
                answer = connection.ask({"do": "load", "file": path})
                if not answer.get("ok"):
                    session.problems.append(f"patch {number}: {answer}")
                connection.ask({"do": "set", "target": "a.level", "value": "-20dB"})
                for actor in ("r", "f", "b", "os.drive"):
                    if f"{actor.split('.')[0]} =" in text:
                        for on in (True, False):
                            answer = connection.ask({"do": "bypass", "target": actor, "on": on})
                            if not answer.get("ok"):
                                session.problems.append(f"bypass {actor}: {answer}")
                time.sleep(0.04)
        connection.ask({"do": "load", "file": session.path("patch.talea")})
        for text in RELOADS:
            save(text)
            time.sleep(0.15)

    save(RELOADS[0])
    session.play(during).must_tell("patch", "xrun")
    with open(session.path("take/events.jsonl")) as file:
        stages = [json.loads(line).get("stage") for line in file]
    for stage in ("fading", "remaining", "settled"):
        if stages.count(stage) < 3:
            session.problems.append(f"only {stages.count(stage)} exchanges were {stage}")
    return session


def storm(program, simulator):
    """A patch that is saved a hundred times in a second, by writing and by renaming."""
    session = Session(program, simulator, "storm", "patch.talea", seconds=0.5)

    def save(text, renames=False):
        name = session.path("new" if renames else "patch.talea")
        with open(name, "w") as file:
            file.write(text)
        if renames:
            os.rename(name, session.path("patch.talea"))

    def during(_):
        time.sleep(0.3)
        for number in range(100):
            save(RELOADS[number % len(RELOADS)] + f"# {number}\n", renames=number % 2 == 1)
            time.sleep(0.01)
        time.sleep(1)

    save(RELOADS[0])
    return session.play(during).must_tell("patch")


def two_clocks(program, simulator):
    """Devices of different rates that drift apart, and faults on either."""
    session = Session(
        program, simulator, "two clocks", CHAIN, ends=("other", "rig"), seconds=3, faults="p:xrun@0.8;c:xrun@1.6;c:stall=300@2.2",
        device="source loop", others={"other": "source loop ppm 300 rates [ 44100 ]"})
    session.with_changes().must_tell("xrun")
    rates = [event["settings"].split()[0] for event in session.events if event["event"] == "device"]
    if rates != ["44100", "48000"]:
        session.problems.append(f"devices of the rates {rates}")
    return session


def scenarios():
    """Names, and what plays them: given a program and the simulator, a session that was played."""
    return [
        ("faults, mapped FLOAT", faults("formats [ FLOAT_LE ]")),
        ("faults, read and write S16", faults("formats [ S16_LE ] mmap 0")),
        ("faults, non-interleaved S24", faults("formats [ S24_3LE ] noninterleaved 1 mmap 0")),
        ("faults, S32", faults("formats [ S32_LE ]", what="c:xrun@0.3;p:xrun@0.5;c:late=30@0.8", seconds=1.5, told=("xrun",))),
        ("recording", recording),
        ("between files", between_files),
        ("device to file", to_file),
        ("NaN and infinity", not_a_number),
        ("safety limiter", limited),
        ("overload: warn", too_heavy("warn", ("deprioritised",))),
        ("overload: bypass", too_heavy("bypass", ("bypassed",))),
        ("overload: bypass and back", bypass_and_back),
        ("overload: exit", too_heavy("exit", ("gaveUp",))),
        ("latency", latency),
        ("channels mapped", mapped),
        ("reloads and bypasses", reloads),
        ("saves in a storm", storm),
        ("two clocks", two_clocks),
    ]
