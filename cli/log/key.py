"""``slaflow key``: the keys that sign heads of the log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from slaflow.settings.environment import key_file

from ..file_options import InputFile, InputText
from ..options import Group
from ..output import Page
from ..session import Session, pass_session

if TYPE_CHECKING:
    from slaflow.log.keys import PrivateKey, PublicKey

F = TypeVar("F", bound=Callable[..., Any])

private_option = click.option(
    "--key-file",
    "private",
    type=InputFile(),
    metavar="FILE",
    help="The private key; else SLAFLOW_KEY, 'key' in slaflow.toml, slaflow.key beside it.",
)


def trust_options(command: F) -> F:
    """The options that say whose signatures count."""
    keys = click.option(
        "--key",
        "keys",
        multiple=True,
        type=InputText(),
        metavar="FILE|KEY",
        help="A public key that is trusted, or a file of some; default: that of the own private key.",
    )
    require = click.option(
        "--require",
        "required",
        multiple=True,
        callback=lambda ctx, param, given: [name for text in given for name in text.split(",") if name],
        metavar="NAME,...",
        help="Who must have signed, by the names of their keys, as in marketing,sales.",
    )
    return keys(require(command))


def trusted_keys(given: tuple[str, ...]) -> list[PublicKey]:
    """The public keys that were named, else that of this log's own private key, if it is there."""
    from slaflow.engine.log.keys import read_public

    return read_public(given, key_file() if not given else None)


@click.group("key", cls=Group)
def command() -> None:
    """Ed25519 keys. The private half stays in its file: never in the database, never printed."""


@command.command("new")
@click.argument("name", required=False)
@click.option("-o", "--output", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="Where to put it; default: slaflow.key beside slaflow.toml, or as it says.")  # fmt: skip
@pass_session
def new(session: Session, name: str | None, file: Path | None) -> None:
    """Makes a key and prints its public half. NAME goes with every signature, as in example.com/sales."""
    from slaflow.engine.log.keys import DEFAULT_NAME, new_key

    path = key_file(file)
    key = new_key(name or DEFAULT_NAME, path)
    _show(session, key, path)
    session.out.say(f"{path} holds the private key: keep it from others, and out of version control")


@command.command("show")
@private_option
@pass_session
def show(session: Session, private: Path | None) -> None:
    """The public half, to be given to whoever is to check signatures."""
    from slaflow.engine.log.keys import read_private

    path = key_file(private)
    _show(session, read_private(path), path)


def _show(session: Session, key: PrivateKey, file: Path) -> None:
    answer = {"name": key.name, "id": key.public.id.hex(), "key": str(key.public), "file": str(file)}

    def page(page: Page) -> None:
        page.line(str(key.public))

    session.out.show(answer, page)
