"""Every place of the navigation, in a house where nothing has happened yet."""

from playwright.async_api import Page

from doorstep.platform.auth import Role
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at


@every_look
async def test_every_place_is_kind_when_there_is_nothing_to_show(page: Page, enter: Enter) -> None:
    await enter(Role.OWNER)
    await page.goto("/tasks")
    links = page.locator("nav#nav a")
    paths = [str(await link.get_attribute("href")) for link in await links.all()]
    wrong = []
    for path in paths:
        answer = await page.goto(path)
        if answer is None or answer.status != 200:
            wrong.append(f"{path} answers {answer.status if answer else 'nothing'}")
            continue
        try:
            await look_at(page, f"empty{path.replace('/', '-')}")
        except AssertionError as fault:
            wrong.append(str(fault))
    assert wrong == [], "\n\n".join(wrong)
    assert "/tasks" in paths
