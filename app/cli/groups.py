"""Groups that take their acting commands from the table of commands."""

import click


class ActingGroup(click.Group):
    """A group that loads the table of commands only for a command that is not written by hand."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, handwritten commands first, in their order."""
        return [*self.commands, *(name for name in self._acting() if name not in self.commands)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return the handwritten command, or else the one that the table declares."""
        return self.commands.get(cmd_name) or self._acting().get(cmd_name)

    def _acting(self) -> dict[str, click.Command]:
        from app.cli.acting import commands_of

        return commands_of(self.name or "")
