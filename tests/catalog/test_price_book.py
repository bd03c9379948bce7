from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aispec.catalog.price_book import PriceBook, read_prices
from aispec.catalog.prices import accelerator_prices, api_price, instance_price
from aispec.catalog.resolve import resolve
from aispec.catalog.shelf import CatalogError
from aispec.catalog.store import Catalog
from aispec.estimate.fact import Facts
from aispec.estimate.facts import Case, estimate
from aispec.estimate.quantity import Quantity
from aispec.spec.model import Api, ApiPrice, Hardware, ModelRef, Spec, Users, Workload

FILE = """\
as_of: 2026-11-01
source: contract 4711
tokens:
  - {provider: OpenAI, model: gpt-4o, input: 2.0, output: 8.0, cached_input: 1.0}
  - {provider: deepinfra, model: meta-llama/Llama-3.1-8B-Instruct, input: 0.02, output: 0.05}
hours:
  - {instance: aws/p5.48xlarge, accelerator: h100-sxm-80gb, accelerators: 8, on_demand: 41.0}
  - {accelerator: l4-24gb, on_demand: 0.40, as_of: 2026-10-01, source: our rack}
"""
WORKLOAD = Workload(Users(1000), tokens_per_session=2000)


@pytest.fixture
def book(tmp_path: Path) -> PriceBook:
    return read(tmp_path, FILE)


def read(folder: Path, text: str) -> PriceBook:
    path = folder / "prices.yaml"
    path.write_text(text, encoding="utf-8")
    return read_prices(path)


def facts(spec: Spec, prices: PriceBook | None = None) -> Facts:
    return estimate(Case(resolve(spec, Catalog(prices=prices)), WORKLOAD))


def figure(found: Facts, name: str) -> Quantity:
    value = found[name]
    assert isinstance(value, Quantity)
    return value


def behind(api: Api) -> Spec:
    return Spec(1, "x", model=ModelRef("gpt-4o"), api=api, workload=WORKLOAD)


def on(hardware: Hardware) -> Spec:
    model = ModelRef("llama-3.1-8b-instruct")
    return Spec(1, "x", model=model, hardware=hardware, workload=WORKLOAD)


def test_an_empty_book_is_the_catalogue() -> None:
    assert PriceBook().tokens("openai", "gpt-4o") == api_price("openai", "gpt-4o")
    assert PriceBook().instance("aws/p5.48xlarge") == instance_price("aws/p5.48xlarge")
    l4 = "nvidia-l4-24gb"
    assert PriceBook().accelerator(l4) == accelerator_prices(l4)


def test_a_row_of_one_s_own_replaces_the_catalogue_s(book: PriceBook) -> None:
    (price,) = book.tokens("openai", "gpt-4o")
    assert (price.input, price.output, price.cached_input) == (2, 8, 1)
    assert (price.as_of, price.source) == ("2026-11-01", "prices.yaml: contract 4711")
    assert book.tokens("openai", "gpt-4o-mini") == api_price("openai", "gpt-4o-mini")
    (instance,) = book.instance("aws/p5.48xlarge")
    assert (instance.on_demand, instance.accelerators) == (41, 8)
    (rack,) = book.accelerator("nvidia-l4-24gb")
    assert (rack.on_demand, rack.as_of, rack.provider) == (0.4, "2026-10-01", "ours")


def test_elsewhere_a_provider_of_one_s_own_joins_the_others(book: PriceBook) -> None:
    model = "meta-llama/Llama-3.1-8B-Instruct"
    names = {row.provider for row in book.tokens(None, model)}
    assert names == {"deepinfra", *(row.provider for row in api_price(None, model))}


def test_the_later_file_goes_before_the_earlier(book: PriceBook, tmp_path: Path) -> None:
    dearer = FILE.replace("input: 2.0", "input: 3.0")
    over = read(tmp_path, dearer).over(book)
    assert over.tokens("openai", "gpt-4o")[0].input == 3


def test_spec_over_file_over_catalogue_and_each_says_so(book: PriceBook) -> None:
    plain = figure(facts(behind(Api("openai"))), "cost.day")
    own = figure(facts(behind(Api("openai")), book), "cost.day")
    said = figure(facts(behind(Api("openai", price=ApiPrice(1, 1))), book), "cost.day")
    assert plain.value == pytest.approx(1.5 * 2.5 + 0.5 * 10)
    assert own.value == pytest.approx(1.5 * 2 + 0.5 * 8)
    assert said.value == pytest.approx(2)
    assert own.sources == ("prices.yaml: contract 4711",)


def test_hours_of_one_s_own(book: PriceBook) -> None:
    own = facts(on(Hardware("l4-24gb")), book)
    assert figure(own, "hardware.price_per_hour").value == 0.4
    assert "our rack" in figure(own, "hardware.price_per_hour").how
    assert figure(facts(on(Hardware("l4-24gb"))), "hardware.price_per_hour").low > 0.4
    whole = facts(on(Hardware(instance="aws/p5.48xlarge", count=8)), book)
    assert figure(whole, "cost.hour").value == 41


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tokens: [", "line 1: "),
        ("[]", "prices are one mapping"),
        ("tokens: {}", "'tokens' is a list of mappings"),
        ("as_of: 2026-01-01\ntoken: []", "line 2: 'token' is not one of"),
        ("tokens:\n  - {provider: x, model: y}", "line 2: a price needs its day"),
        ("as_of: 2026-01-01\ntokens:\n  - {model: y}", "line 3: 'provider' is missing"),
        (
            "as_of: 2026-01-01\ntokens:\n  - {provider: x, model: y, input: -1}",
            "line 3: 'input' is a price in USD",
        ),
        (
            "as_of: 2026-01-01\nhours:\n  - {accelerator: l4, accelerators: 0}",
            "'accelerators' is a number above zero",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CatalogError) as raised:
        read(tmp_path, text)
    assert words in raised.value.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError):
        read_prices(tmp_path / "nowhere.yaml")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.mktemp("p") / "prices.yaml"
    path.write_bytes(raw)
    with contextlib.suppress(CatalogError):
        read_prices(path)


def test_own_instances_are_listed_beside_the_catalogues(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(
        "as_of: 2026-11-01\nhours:\n"
        "  - {instance: ours/box, accelerator: l4-24gb, accelerators: 2, on_demand: 1.0}\n"
        "  - {provider: ours, accelerator: rtx-4070-12gb, on_demand: 0.2}\n",
        encoding="utf-8",
    )
    own = read_prices(file)
    assert "ours/box" in own.instances("nvidia-l4-24gb")
    assert set(PriceBook().instances("nvidia-l4-24gb")) < set(own.instances("nvidia-l4-24gb"))
    assert set(own.accelerators()) - set(PriceBook().accelerators()) == {"nvidia-rtx-4070-12gb"}
