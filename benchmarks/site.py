"""A care side with an authority of its own, and the broker of care.conf (firmware_config) as shipped."""

import getpass
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Final

from station.demo.care import Care
from station.link.identity import certificate_pem, key_pem, new_key
from station.link.tls import Credentials
from ui.care.trust.authority import Authority

SHIPPED_PORT: Final = 8883


class Site:
    """Everything in one folder: elsewhere the broker's files stand in /etc/mosquitto/balance."""

    def __init__(self, folder: Path, host: str, *, database_url: str = "") -> None:
        """Begin with an empty folder; `host` is where the broker is reached."""
        self.folder, self.host = folder, host
        self.data: Final = folder / "care"
        self.env: Final = {"BALANCE_CARE_DATA": str(self.data), "DATABASE_URL": database_url}
        self.care: Final = Care(self.env, stopped=lambda: False)

    def begin(self) -> None:
        """Make the care side's database and authority, and the broker's own files."""
        self.care.ask("migrate")
        self.certify("broker", hosts=[self.host])

    def certify(self, name: str, *, hosts: Sequence[str] = ()) -> Credentials:
        """Give a certificate; return its files, which are in the site's folder."""
        authority = Authority(self.data / "authority")
        key = new_key()
        files = Credentials(*(str(self.folder / file) for file in ("ca.pem", f"{name}.pem", f"{name}.key")))
        Path(files.ca).write_bytes(certificate_pem(authority.certificate))
        Path(files.certificate).write_bytes(
            certificate_pem(authority.certify(name, key.public_key(), hosts=hosts))
        )
        Path(files.key).touch(0o600)
        Path(files.key).write_bytes(key_pem(key))
        (self.folder / "crl.pem").write_bytes(authority.crl_file.read_bytes())
        return files

    def recorder_env(self, name: str, port: int = SHIPPED_PORT) -> dict[str, str]:
        """Return the environment of a recorder with a certificate of this name."""
        ca, certificate, key = self.certify(name)
        tls = {"CA": ca, "CERT": certificate, "KEY": key}
        return {
            **self.env,
            "BALANCE_CARE_MQTT": f"{self.host}:{port}",
            **{f"BALANCE_CARE_MQTT_{what}": file for what, file in tls.items()},
            "PYTHONUNBUFFERED": "1",
        }

    def broker_configuration(self, port: int = SHIPPED_PORT, *, kept: str = "kept") -> Path:
        """Write the shipped configuration with other paths and, where that is asked, another port."""
        shipped = resources.files("firmware_config") / "mosquitto"
        text = (shipped / "care.conf").read_text(encoding="utf-8")
        (self.folder / "care.acl").write_text(
            (shipped / "care.acl").read_text(encoding="utf-8"), encoding="utf-8"
        )
        (self.folder / "care.acl").chmod(0o600)
        (self.folder / kept).mkdir()
        for ours, here in (
            (f"listener {SHIPPED_PORT}", f"listener {port} {self.host}"),
            ("/etc/mosquitto/balance", str(self.folder)),
            ("/var/lib/mosquitto/", f"{self.folder / kept}/"),
        ):
            text = text.replace(ours, here)
        file = self.folder / "mosquitto.conf"
        file.write_text(f"{text}\nuser {getpass.getuser()}\n", encoding="utf-8")
        return file

    def station_configuration(self, name: str, port: int = SHIPPED_PORT) -> Path:
        """Write the station.toml of a station with a certificate of this name, its database beside it."""
        ca, certificate, key = self.certify(name)
        file = self.folder / "station.toml"
        file.write_text(
            f'[station]\nid = "{name}"\nstate = "{self.folder}"\n'
            f'[care]\nhost = "{self.host}"\nport = {port}\n'
            f'ca = "{ca}"\ncertificate = "{certificate}"\nkey = "{key}"\n',
            encoding="utf-8",
        )
        return file
