"""Phrases made of the vocabulary: how an exercise is called, what the hands do, what a pause asks for."""

from station.training.prescription import Device
from station.training.routine import Side, Support, Surface
from station.training.snapshot import ExerciseView, LiveView, PausedBy, Snapshot
from ui.patient.feet import in_front
from ui.patient.words import _, counted, said


def support_words(support: Support) -> str:
    """Return what the hands do."""
    return {
        "two-hands": _("Both hands on your support"),
        "one-hand": _("One hand on your support"),
        "fingertips": _("Only your fingertips on your support"),
        "hovering": _("Hands just above your support"),
        "none": _("Hands free, support within reach"),
    }[support]


def device_words(device: Device) -> str:
    """Return where the support stands and how it is held."""
    return {
        "walker": _("Walker right in front of you, elbows a little bent."),
        "cane": _("Cane in the hand across from your weaker leg, a steady chair at the other."),
        "crutches": _("Crutches at your sides. Keep your weight off the leg your care team named."),
        "none": _("A steady chair in front of you, against the wall."),
    }[device]


def surface_words(surface: Surface) -> str:
    """Return what one stands on."""
    return {
        "firm": _("on the board"),
        "foam": _("on the foam"),
        "rocker-side": _("on the rocker, side to side"),
        "rocker-forward": _("on the rocker, forward and back"),
        "wobble": _("on the wobble board"),
    }[surface]


def manner_words(exercise: ExerciseView) -> str:
    """Return what the hands do, what one stands on, and whether the eyes close."""
    parts = [support_words(exercise.support)]
    if exercise.surface != "firm":
        parts.append(surface_words(exercise.surface))
    if exercise.vision == "closed":
        parts.append(_("eyes closed"))
    return ", ".join(parts)


def title_words(exercise: ExerciseView) -> str:
    """Return the name of the exercise, with the leg it is for or the foot in front."""
    title = said(exercise.title)
    if in_front(exercise) is not None:
        text = _("{title}: left in front") if exercise.side == "left" else _("{title}: right in front")
        return text.format(title=title)
    if exercise.side == "left":
        return _("{title}: left").format(title=title)
    if exercise.side == "right":
        return _("{title}: right").format(title=title)
    return title


def dose_words(exercise: ExerciseView) -> str:
    """Return how often and how long."""
    tries = counted("{count} time", "{count} times", exercise.attempts)
    return _("{tries}, {seconds}").format(tries=tries, seconds=goal_words(exercise))


def goal_words(exercise: ExerciseView) -> str:
    """Return what one attempt asks for: seconds, targets, repetitions, steps or minutes."""
    if exercise.targets is not None:
        return counted("{count} target", "{count} targets", exercise.targets)
    if exercise.repetitions is not None:
        return counted("{count} repetition", "{count} repetitions", exercise.repetitions)
    if exercise.steps is not None:
        return counted("{count} step", "{count} steps", exercise.steps)
    if exercise.minutes is not None:
        return counted("{count} minute", "{count} minutes", round(exercise.minutes))
    if exercise.kind == "reach":
        return counted("{count} direction", "{count} directions", 8)
    return counted("{count} second", "{count} seconds", round(exercise.hold_s))


def place_words(snapshot: Snapshot) -> str:
    """Return where in today's plan we are."""
    exercise = snapshot.exercise
    if exercise is None:
        return ""
    title = title_words(exercise)
    if snapshot.attempt and exercise.attempts > 1:
        text = _("{title}, {attempt} of {attempts}")
        return text.format(title=title, attempt=snapshot.attempt, attempts=exercise.attempts)
    return title


def front_words(side: Side) -> str:
    """Return which foot is in front."""
    return _("Left foot in front") if side == "left" else _("Right foot in front")


def hold_words(snapshot: Snapshot) -> str:
    """Return the one thing to know during the hold; nothing where stillness is measured."""
    if snapshot.paused_by is not None:
        return paused_words(snapshot.paused_by)
    exercise, live = snapshot.exercise, snapshot.live
    if exercise is None or exercise.kind == "hold":
        if exercise is not None and not exercise.feedback:
            return ""
        away = live.target_radius_mm is not None and not live.in_target
        return _("Slowly back to the circle.") if away else _("Good. Stay like this.")
    return _task_words(exercise, live)


def _task_words(exercise: ExerciseView, live: LiveView) -> str:
    """Return what to do now in an exercise that is more than standing there."""
    if exercise.kind == "repetitions":
        return _("And slowly down.") if live.up else _("Slowly up onto your toes.")
    if live.target_index is None:
        return ""
    if exercise.kind == "reach":
        return _lean_words(live.target_index)
    if live.in_target:
        return _("Good. Stay here.")
    return _("Lean slowly to circle {number}.").format(number=live.target_index + 1)


def paused_words(reason: PausedBy) -> str:
    """Return what the pause asks for."""
    return {
        "step_off": _("Step back on when you are ready."),
        "support_over": _("Hands: a little less."),
        "edge": _("Hold on, and come back to the middle."),
        "touch_down": _("Your foot came down. That is fine. Hold on."),
        "out_of_line": _("Your foot came down. That is fine. Hold on."),
        "fault": _("One moment. Hold on to your support."),
    }[reason]


def _lean_words(way: int) -> str:
    """Return which way to lean now, counted from 0: right, then on towards forward."""
    return (
        _("Lean slowly to the right."),
        _("Lean slowly forward and to the right."),
        _("Lean slowly forward."),
        _("Lean slowly forward and to the left."),
        _("Lean slowly to the left."),
        _("Lean slowly back and to the left."),
        _("Lean slowly back."),
        _("Lean slowly back and to the right."),
    )[way]
