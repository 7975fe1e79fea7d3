"""The program's commands as its help and completion tell them, in the order of a day's work.

They are told without being imported: a command is, when it is called or its own help is asked.
"""

from __future__ import annotations

from importlib import import_module

import click


class Line(click.Command):
    """One command's name and its line of help, *briefly*, or *at_length* to be cut where there is no room."""

    def __init__(
        self, name: str, module: str, briefly: str | None = None, at_length: str | None = None
    ) -> None:
        super().__init__(name, short_help=briefly, help=at_length)
        self.module = module

    def command(self) -> click.Command:
        """The command itself, imported now."""
        found: click.Command = import_module(f".{self.module}", __package__).command
        found.short_help = self.short_help
        return found


class Outline(click.Group):
    """Lines, told in their order."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


LINES = (
    Line("init", "setup.init", "Makes slaflow.toml, a starter agreement, the database."),
    Line(
        "demo",
        "setup.demo",
        at_length="Shows the whole product on sample leads: weeks of activity, ticks, both parties' record.",
    ),
    Line("workflow", "setup.workflow", "The agreement: check, test, graph, activate, ..."),
    Line("backtest", "setup.backtest", "What a draft would have made of what was recorded."),
    Line("user", "setup.user", "People: add, import, list, away, ..."),
    Line("lead", "lead.commands", "Leads: add, show, list, fire, activity, ..."),
    Line("import", "lead.imports", "Leads and their history, from CSV or JSONL."),
    Line("queue", "lead.queue", "What is owed next, least time left first."),
    Line("tick", "tick.commands", "Carries out what fell due: breaches, timers."),
    Line("report", "report.commands", "Both parties' record: promises, handoffs, returns, and more."),
    Line("review", "report.review", "A period's record of both parties: show, sign."),
    Line("log", "log.commands", "The log: list, verify, sign, prove, archive, export."),
    Line("key", "log.key", "Keys that sign the log: new, show."),
    Line("outbox", "setup.outbox", "Messages: list, send, retry, release."),
    Line("receiver", "setup.receiver", "Systems that are told or written to: apply, list, ..."),
    Line("link", "link.commands", "CRMs that leads are linked to: status, run, pull, retry, all."),
    Line("hook", "link.hook", "What other systems send: test, list, retry."),
    Line("token", "setup.token", "What other systems show to ask the API: add, list, revoke."),
    Line("serve", "serve", "The pages that links in messages lead to."),
    Line("doctor", "setup.doctor", "What is not in order, and how to mend it."),
    Line("db", "setup.database", "The tables: upgrade, downgrade, current, check, scrub."),
)
BY_NAME = {str(line.name): line for line in LINES}
OUTLINE = Outline(commands=LINES)
