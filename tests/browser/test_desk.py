"""Signing in, what is refused, and what was given up, as people see it."""

from uuid import UUID, uuid4

from playwright.async_api import Page, expect

from doorstep.platform import auth
from doorstep.platform.auth import NewUser, Role
from doorstep.platform.house import House
from tests.browser.conftest import Enter
from tests.browser.looking import every_look, look_at, on_a_phone


@every_look
async def test_the_sign_in_page_is_open_to_everyone(page: Page) -> None:
    await page.goto("/sign-in")
    await expect(page.get_by_label("Sign-in name")).to_be_focused()
    await look_at(page, "sign-in")


@every_look
async def test_a_wrong_password_is_said_beside_the_form(page: Page) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("Sign-in name").fill("nobody@example.org")
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("wrong")
    await expect(page.get_by_label("Sign-in name")).to_have_value("nobody@example.org")
    await look_at(page, "sign-in-wrong")


async def test_one_signs_in_and_out_by_keyboard_alone(page: Page, house: House, tenant: UUID) -> None:
    login = f"{uuid4().hex[:12]}@example.org"
    await auth.add_user(
        house.db, tenant, NewUser(login, "Rui Lopes", "correct horse battery", (Role.MANAGER,))
    )
    await page.goto("/tasks")
    await expect(page).to_have_url("/sign-in?next=/tasks")
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.type("correct horse battery")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Tasks")
    await page.get_by_role("button", name="Sign out").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You are signed out.")).to_be_visible()


async def test_the_first_tab_leads_past_the_navigation(page: Page, enter: Enter) -> None:
    await enter(Role.OWNER)
    await page.goto("/tasks")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_the_mark_leads_to_ones_work(page: Page, enter: Enter) -> None:
    await page.goto("/")
    await expect(page).to_have_url("/sign-in")
    await enter(Role.OWNER)
    await page.goto("/tasks")
    await page.get_by_role("link", name="Doorstep").click()
    first = page.get_by_role("navigation", name="Places").get_by_role("link").first
    await expect(first).to_have_attribute("aria-current", "page")


@every_look
async def test_an_address_that_leads_nowhere_says_so_kindly(page: Page) -> None:
    await page.goto("/nowhere")
    await expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    await look_at(page, "problem")


@every_look
async def test_a_door_that_is_closed_says_for_whom_it_is(page: Page, enter: Enter) -> None:
    await enter(Role.PICKER)
    await page.goto("/tasks")
    await expect(page.get_by_role("main")).to_contain_text("It is for: manager, owner.")
    await look_at(page, "problem-closed")


@every_look
async def test_the_tasks_page_is_calm_when_nothing_is_owed(page: Page, enter: Enter) -> None:
    await enter(Role.OWNER)
    await page.goto("/tasks")
    await expect(page.get_by_text("Nothing was given up")).to_be_visible()
    await look_at(page, "tasks-empty")


@on_a_phone
async def test_the_navigation_opens_on_a_phone_and_shows_only_what_is_open_to_one(
    page: Page, enter: Enter
) -> None:
    await enter(Role.OWNER)
    await page.goto("/tasks")
    places = page.get_by_role("navigation", name="Places")
    await expect(places).to_be_hidden()
    await page.get_by_role("button", name="Menu").click()
    await expect(places.get_by_role("link", name="Tasks")).to_have_attribute("aria-current", "page")
    await look_at(page, "navigation")
    await page.keyboard.press("Escape")
    await expect(places).to_be_hidden()


async def test_a_picker_is_not_shown_the_way_to_the_desks(page: Page, enter: Enter) -> None:
    await enter(Role.PICKER)
    await page.goto("/tasks")
    await expect(page.get_by_role("link", name="Tasks")).to_have_count(0)


async def test_light_and_dark_are_chosen_and_remembered(page: Page, enter: Enter) -> None:
    await enter(Role.OWNER)
    await page.goto("/tasks")
    await page.get_by_role("button", name="Light or dark").click()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    background = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(19, 19, 18)"
