"""The files of the page: there, complete, and without an address outside of the fake."""

from __future__ import annotations

import re
from importlib.resources import files

import httpx
import pytest

from segment_testing.fake import FakeApp, TrackingAPI
from segment_testing.fake.page import PREFIX

NAMES = sorted(each.name for each in files("segment_testing.fake.page").iterdir() if not each.name.startswith("__"))
SCRIPTS = [name for name in NAMES if name.endswith(".js")]


def text_of(name: str) -> str:
    return files("segment_testing.fake.page").joinpath(name).read_text("utf-8")


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(FakeApp(TrackingAPI())), base_url="http://127.0.0.1")


@pytest.mark.parametrize("name", NAMES)
async def test_every_file_is_served_as_what_it_is(name: str) -> None:
    async with client() as http:
        response = await http.get(f"{PREFIX}/{name}")
        head = await http.head(f"{PREFIX}/{name}")
    assert (response.status_code, response.text) == (200, text_of(name))
    kinds = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
    kind = name.rpartition(".")[2]
    assert response.headers["content-type"] == {**kinds, "js": "text/javascript; charset=utf-8"}[kind]
    assert (head.status_code, head.content, head.headers["content-length"]) == (
        200,
        b"",
        response.headers["content-length"],
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_outside_of_the_fake_is_asked_for(name: str) -> None:
    text = text_of(name).replace('"http://www.w3.org/2000/svg"', "")  # a name, not an address
    assert not re.findall(r"(?:https?:)?//[\w.-]+\.\w+|@import|data:\w+/", text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_makes_markup_or_code_of_text(name: str) -> None:
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML"
    assert not re.findall(rf"{ways}|\beval\(|new Function|srcdoc|\.href\b|javascript:", text_of(name))


def test_the_page_names_each_of_its_files() -> None:
    page = text_of("page.html")
    assert set(re.findall(r'(?:href|src)="_fake/page/([\w.]+)"', page)) == {*NAMES} - {"page.html"}
    assert not re.findall(r"<script>|<style|\son\w+=|\sstyle=", page)
    imported = {name for script in SCRIPTS for name in re.findall(r'from "\./([\w.]+)"', text_of(script))}
    assert imported == {*SCRIPTS} - {"page.js"}


async def test_the_page_is_at_the_root() -> None:
    async with client() as http:
        response = await http.get("/")
        assert response.text == text_of("page.html")
        policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["connect-src"] == "'self'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert (await http.head("/")).content == b""
        assert (await http.post("/")).json()["code"] == "not_found"  # to the Tracking API there is no such path
        assert (await http.get("/?x=1")).status_code == 400
        assert (await http.post(f"{PREFIX}/page.js")).status_code == 405
        for name in ("none.js", "../control.py", "%2e%2e/control.py", "page.js/", "__init__.py", ""):
            missing = await http.get(f"{PREFIX}/{name}")
            assert missing.status_code == (200 if name == "page.js/" else 404), name


async def test_without_controls_there_is_no_page() -> None:
    transport = httpx.ASGITransport(FakeApp(TrackingAPI(), control=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        assert (await http.get("/")).json()["code"] == "not_found"
