"""Every sentence that a station, or the link to it, gives as its reason, and the words for it.

The names of the groups are the placeholders of the words. Beside a field of a form its name may be missing.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from ui.care.words.clinical import Words

# A prescription that is refused (`station.training.fitting`, `station.session`, `station.link.keyring`).
REJECTIONS: Final[tuple[tuple[str, Words], ...]] = (
    (
        r"version (?P<version>\d+) is not newer than version (?P<there>\d+), in force(: it was sent before)?",
        _("version %(version)s is not newer than version %(there)s, in force"),
    ),
    (r"it expired at (?P<when>\S+)", _("it expired at %(when)s")),
    (
        r"it is for station (?P<station>\S+); this is (?P<own>\S+)",
        _("it is for station %(station)s; this is %(own)s"),
    ),
    (
        r"it is for patient (?P<subj>\S+); this station belongs to (?P<own>\S+)",
        _("it is for patient %(subj)s; this station belongs to %(own)s"),
    ),
    (
        r"(?:number: )?it has none; several people share this station, and each needs a number of 4 digits",
        _("it has no number; several people share this station, and each needs a number of 4 digits"),
    ),
    (
        r"(?:number: )?(?P<number>\d+) is the number of another patient of this station; give a free one",
        _("%(number)s is the number of another patient of this station; give a free one"),
    ),
    (
        r"it expires \((?P<expires>\S+)\) before it is issued \((?P<issued>\S+)\)",
        _("it expires (%(expires)s) before it is issued (%(issued)s)"),
    ),
    (
        r"(?:expires: )?it would hold for (?P<days>\S+) days; this device's limit is (?P<limit>\S+)",
        _("it would hold for %(days)s days; this device's limit is %(limit)s"),
    ),
    (
        r"(?:surgery_date: )?(?P<day>\S+) comes after it is issued \((?P<issued>\S+)\)",
        _("the day of the surgery, %(day)s, comes after it is issued (%(issued)s)"),
    ),
    (
        r"unknown routine '(?P<routine>[^']+)'; this station has (?P<routines>.+)",
        _("this station does not know “%(routine)s”; it has: %(routines)s"),
    ),
    (r"(?P<routine>\S+) needs a side, left or right", _("“%(routine)s” needs a side, left or right")),
    (
        r"(?P<routine>\S+) has no sides, and (?P<side>left|right) is given",
        _("“%(routine)s” has no sides, and one is given: %(side)s"),
    ),
    (
        r"(?:(?:rung|alone_up_to): )?(?P<routine>\S+) has rungs 1 to (?P<most>\d+), not (?P<rung>\d+)",
        _("“%(routine)s” has rungs 1 to %(most)s, not %(rung)s"),
    ),
    (
        (
            r"(?:(?:rung|alone_up_to): )?rung (?P<rung>\d+) of (?P<routine>\S+) is beyond this device's "
            r"limit of (?P<limit>\d+)"
        ),
        _("rung %(rung)s of “%(routine)s” is beyond this device's limit of %(limit)s"),
    ),
    (
        r"(?:alone_up_to: )?(?P<routine>\S+) is an assessment, which never gets harder by itself",
        _("“%(routine)s” is an assessment, which never gets harder by itself"),
    ),
    (
        r"(?:alone_up_to: )?rung (?P<alone>\d+) is easier than the prescribed rung (?P<rung>\d+)",
        _("by itself up to rung %(alone)s is easier than the prescribed rung %(rung)s"),
    ),
    (
        r"(?:hold_s: )?(?P<routine>\S+) is not held; leave it out",
        _("“%(routine)s” is not held: leave the hold out"),
    ),
    (
        r"a hold of (?P<hold>\S+) s is beyond this device's limit of (?P<limit>\S+) s",
        _("a hold of %(hold)s s is beyond this device's limit of %(limit)s s"),
    ),
    (
        r"(?:support_limit_percent: )?(?P<routine>\S+) is done off the plate, where no hand is measured",
        _("“%(routine)s” is done off the plate, where no hand is measured: leave the limit of the hands out"),
    ),
    (
        (
            r"(?:support_limit_percent: )?(?P<given>\S+) % is less than the (?P<least>\S+) % of the hardest "
            r"rung this device allows"
        ),
        _(
            "hands may carry %(given)s %%: that is less than the %(least)s %% of the hardest rung this "
            "device allows"
        ),
    ),
    (
        r"it plans (?P<minutes>\S+) minutes a session; this device allows (?P<limit>\S+)",
        _("it plans %(minutes)s minutes a session; this device allows %(limit)s"),
    ),
    (
        r"(?:minutes_a_day: )?it plans (?P<minutes>\S+) minutes a session and allows (?P<limit>\S+) a day",
        _("it plans %(minutes)s minutes a session and allows %(limit)s a day"),
    ),
    (
        r"(?P<field>[a-z_]+): (?P<value>\S+) is above this device's limit of (?P<limit>\S+)",
        _("%(field)s: %(value)s is above this device's limit of %(limit)s"),
    ),
    (
        r"(?P<value>[\d.]+) is above this device's limit of (?P<limit>\S+)",
        _("%(value)s is above this device's limit of %(limit)s"),
    ),
    (
        r"(?P<field>[a-z_]+): (?P<value>\S+) is below this device's limit of (?P<limit>\S+)",
        _("%(field)s: %(value)s is below this device's limit of %(limit)s"),
    ),
    (
        r"(?P<value>[\d.]+) is below this device's limit of (?P<limit>\S+)",
        _("%(value)s is below this device's limit of %(limit)s"),
    ),
    (
        r"it is signed with key (?P<key>\S+), which this station was not enrolled with",
        _("it is signed with key %(key)s, which this station was not enrolled with"),
    ),
    (
        r"it is signed with key (?P<key>\S+), which the care team has retired",
        _("it is signed with key %(key)s, which the care team has retired"),
    ),
    (
        r"it is signed with key (?P<key>\S+), which was retired on (?P<day>\S+)",
        _("it is signed with key %(key)s, which was retired on %(day)s"),
    ),
    (
        r"its signature does not fit: it was changed after it was signed",
        _("its signature does not fit: it was changed after it was signed"),
    ),
    (
        r"it is the keyring of station (?P<station>\S+), and this one is (?P<own>\S+)",
        _("it is the keyring of station %(station)s, and this one is %(own)s"),
    ),
    (r"it is not a signed prescription: .+", _("it is not a signed prescription")),
)
# A word to a board that is not carried out (`station.link.commands`, `station.session.supervision`), and why
# nothing is seen of one (`station.link.client_connection`, `station.link.watching`).
REFUSALS: Final[tuple[tuple[str, Words], ...]] = (
    (r"it was heard before; each is used once", _("it was heard before; each is used once")),
    (r"the station's clock is not set yet", _("the station's clock is not set yet")),
    (
        r"nobody is looking: ask for the live view first",
        _("nobody is looking: open the wall at this board first"),
    ),
    (r"it came too late: it expired at (?P<when>\S+)", _("it came too late: it expired at %(when)s")),
    (
        r"it would be valid for more than (?P<seconds>\d+) s; make it shorter",
        _("it would be valid for more than %(seconds)s s; make it shorter"),
    ),
    (r"there is no trace of this trial here", _("the station has no trace of this trial any more")),
    (
        r"the session does not run; training on this station stands still",
        _("the session does not run; training on this station stands still"),
    ),
    (
        r"only the person who trains answers questions; ask them to do so at the screen",
        _("only the person who trains answers questions; ask them to do so at the screen"),
    ),
    (
        r"the person is asked whether they are all right; go to them, and press there",
        _("the person is asked whether they are all right; go to them, and press there"),
    ),
    (
        r"the person is asked whether they are all right; go to them",
        _("the person is asked whether they are all right; go to them"),
    ),
    (
        r"only the person who trains goes on from here; ask them to press Start",
        _("only the person who trains goes on from here; ask them to press Start"),
    ),
    (
        r"somebody may be standing on the board; let them step off first, or press Start themselves",
        _("somebody may be standing on the board; let them step off first, or press Start themselves"),
    ),
    (
        r"the board is being looked after; training starts again after that",
        _("the board is being looked after; training starts again after that"),
    ),
    (
        r"the board is being looked after, and its screen is needed for that",
        _("the board is being looked after, and its screen is needed for that"),
    ),
    (
        r"nobody trains; a mark belongs to a session",
        _("nobody trains; a mark belongs to a session"),
    ),
    (
        r"somebody trains on this board now; ask again when they have stepped off",
        _("somebody trains on this board now; ask again when they have stepped off"),
    ),
    (r"the station is not connected to the broker", _("the station is not connected to the broker")),
    (r"the station is away", _("the station is away")),
    (r"no picture has come yet", _("no picture has come yet")),
    (r"the broker does not answer", _("the broker does not answer")),
    (
        r"the wall's connection has ended; it is tried again",
        _("the wall's connection has ended; it is tried again"),
    ),
    (
        r"the broker at (?P<broker>\S+) does not answer; it is tried again",
        _("the broker at %(broker)s does not answer; it is tried again"),
    ),
    (
        (
            r"the broker at (?P<broker>\S+) ends the connection again and again: another client may use the "
            r"same certificate, and each needs one of its own"
        ),
        _(
            "the broker at %(broker)s ends the connection again and again: another program may use the same "
            "certificate, and each needs one of its own"
        ),
    ),
    (
        r"the broker at (?P<broker>\S+) refuses this client \((?P<reason>.+)\)",
        _("the broker at %(broker)s does not let this site in (%(reason)s)"),
    ),
    (
        r"the broker does not let this client command a station \((?P<reason>.+)\)",
        _("the broker does not let this site speak to a station (%(reason)s)"),
    ),
    (r"the care team refuses it; ask them", _("somebody of the care team has refused it")),
)
# What to do about a fault (`station.session.fault_watch`).
ADVICE: Final[tuple[tuple[str, Words], ...]] = (
    (
        r"the computer was too busy: see what else runs on it",
        _("the station's computer was too busy: see what else runs on it"),
    ),
    (
        r"check the wires of this cell's module, and keep them short",
        _("check the wires of this cell's module, and keep them short"),
    ),
    (
        r"check the four wires of this load cell, and that it is not overloaded",
        _("check the four wires of this load cell, and that it is not overloaded"),
    ),
    (
        r"check the plug, supply and DOUT wire of this cell's module",
        _("check the plug, the supply and the DOUT wire of this cell's module"),
    ),
    (
        r"the board's program was started again: see the station's log",
        _("the board's program was started again: see the station's log"),
    ),
    (
        r"no cell answers: check the board's plug and supply",
        _("no cell answers: check the board's plug and supply"),
    ),
)
