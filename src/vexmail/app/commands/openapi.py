"""``vexmail openapi``."""


def openapi() -> None:
    """Print the OpenAPI description of the API as JSON; needs no servers."""
    import json

    from vexmail.app.console import say
    from vexmail.app.http import create_app
    from vexmail.app.settings import load_settings

    say(json.dumps(create_app(load_settings()).openapi(), indent=2, ensure_ascii=False))
