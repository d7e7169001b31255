"""How the panel is wired; the defaults are the wiring the README shows."""

from typing import Annotated

import msgspec

Bcm = Annotated[int, msgspec.Meta(ge=0, le=27)]


class PanelConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `[panel]`: BCM numbers. Buttons close to ground; LED and buzzer are driven high."""

    start_pin: Bcm = 17
    stop_pin: Bcm = 27
    led_pin: Bcm = 22
    buzzer_pin: Bcm = 18

    def users(self) -> dict[str, int]:
        """Return which pin each part uses, by its name in the configuration."""
        return {f"panel.{name}": getattr(self, name) for name in self.__struct_fields__}
