"""What a person sees on our screens, by the names that a screen reader would read."""

from playwright.async_api import Locator, Page

from tests.support.mail_account import PASSWORD, MailAccount


def message_list(page: Page) -> Locator:
    """The list of messages."""
    return page.get_by_role("region", name="Messages").get_by_role("grid")


def row(page: Page, subject: str) -> Locator:
    """One message of the list, by its subject."""
    return message_list(page).get_by_role("row", name=subject)


async def add_account(page: Page, account: MailAccount, *, password: str = PASSWORD) -> None:
    """Fill in the form for a mail account and send it."""
    await page.get_by_label("Email address").fill(account.email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_label("IMAP server").fill(account.dovecot.host)
    await page.get_by_label("Security").select_option("none")
    await page.get_by_label("Port").fill(str(account.dovecot.port))
    await page.get_by_label("User name").fill(account.username)
    await page.get_by_role("button", name="Add account").click()
