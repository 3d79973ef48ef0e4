"""The database's clock, set forward or back: every moment that it ever noted moves instead."""

from datetime import timedelta

import asyncpg

_COLUMNS = """
SELECT format('%I', c.table_name) AS name, string_agg(
         format('%1$I = %1$I - $1::interval', c.column_name), ', ') AS changes
  FROM information_schema.columns c
 WHERE c.table_schema = current_schema() AND c.data_type = 'timestamp with time zone'
 GROUP BY 1
"""


async def set_clock(database_url: str, by: timedelta) -> None:
    """Let everything be as if the clock had been set forward by so much; back if negative."""
    driver = await asyncpg.connect(database_url)
    try:
        async with driver.transaction():
            for row in await driver.fetch(_COLUMNS):
                await driver.execute(f"UPDATE {row['name']} SET {row['changes']}", by)
    finally:
        await driver.close()
