"""What ``vexmail doctor`` looks at."""


async def examine() -> bool:
    return True
