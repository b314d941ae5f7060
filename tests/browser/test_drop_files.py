"""Two 835 files dropped on the upload page: the field takes them, and both are read together."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visitor

DROP = """
([zone, files]) => {
  const carried = new DataTransfer();
  for (const [name, text] of files) carried.items.add(new File([text], name, { type: "text/plain" }));
  const send = (kind) => zone.dispatchEvent(
    new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
  send("dragenter");
  const lit = zone.classList.contains("notice-info");
  send("dragover");
  const taken = !send("drop");
  return { lit, taken, after: zone.classList.contains("notice-info") };
}
"""


def test_OPS_9_two_files_dropped_on_the_page_are_both_listed_and_read(
    visit: Callable[[str], Visitor],
) -> None:
    visitor = visit("desktop")
    page = visitor.page
    visitor.sign_in(visitor.staff_url, visitor.person(role="manager"))
    page.wait_for_selector("text=Sign out")
    page.goto(visitor.staff_url + "/remittances/upload")
    text = Path(visitor.demo.addresses["upload"]).read_text()
    other = text.replace("~", "~\n")  # other bytes, the same sets: harmless, and still a file
    zone = page.locator("[data-drop]")
    did = zone.evaluate(
        f"(zone, files) => ({DROP})([zone, files])", [["one.835", text], ["two.835", other]]
    )
    assert did == {"lit": True, "taken": True, "after": False}
    expect(zone.locator("li")).to_have_count(2)
    expect(zone).to_contain_text("one.835")
    expect(zone).to_contain_text("two.835")
    assert page.locator("input[type=file]").evaluate("field => field.files.length") == 2
    visitor.look("Upload 835 files")
    visitor.press("Look at the files")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Before you post"))
    table = page.get_by_role("table", name="Files")
    expect(table.get_by_role("link", name="one.835")).to_be_visible()
    expect(table.get_by_role("link", name="two.835")).to_be_visible()
    expect(table).not_to_contain_text("Being read", timeout=30_000)
    visitor.look("Before you post")
