"""`sluice worker`."""

from pathlib import Path

import click

from app.cli.options import data_option


@click.command()
@data_option
def worker(data: Path | None) -> None:
    """Run workflows, activities and the exchange of bank files, until Ctrl-C. Any number may run."""
    import asyncio

    from app import logs
    from app.bootstrap import connect
    from app.endpoints import endpoints
    from app.settings import load_settings
    from app.worker.worker import serve

    settings = load_settings(data)
    logs.configure(settings.log_format, settings.log_level)

    async def _run() -> None:
        await serve(await connect(settings, endpoints(settings)))

    asyncio.run(_run())
