"""Promise 16: from the command to the printed link."""

from collections.abc import Sequence

from bench.promise import Bound, Line, Promise
from tests.support.api_client import api_client
from tests.support.product import Product, product_folder, running_product

PROMISE = Promise(16, "start", "start, first and warm", "no baseline: seconds count")
_WARM_STARTS = 3


async def measure() -> Sequence[Line]:
    """Start in an empty folder, then again and again in the same one; the median counts."""
    with product_folder() as data_dir:
        async with running_product(data_dir) as product:
            first = await _answering(product)
        warm = []
        for _ in range(_WARM_STARTS):
            async with running_product(data_dir) as product:
                warm.append(await _answering(product))
    return [
        Line("first start, empty data folder", "s", first),
        Line("warm start", "s", sorted(warm)[len(warm) // 2], None, Bound(at_most=3)),
    ]


async def _answering(product: Product) -> float:
    """Make sure that what says it is ready is ready."""
    async with api_client(product.url, checked=False) as api:
        await api.get("/healthz")
    return product.started_in
