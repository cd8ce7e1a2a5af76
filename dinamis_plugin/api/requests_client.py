"""Image requests: products, forms, estimates, orders (REQ-06 to REQ-25)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin

from ..domain.endpoints import Endpoints
from ..domain.errors import BadAnswerError
from ..domain.form import FormField, fields_of
from ..domain.order import Estimate, Order, OrderDraft, Product
from ..domain.parsing import mapping_of, objects_of, required_objects, text_of
from .http import Cancel, HttpClient, never

_MOST_PAGES = 100


class RequestsClient:
    """Speaks with the part of a service that takes image requests.

    Every method raises a DinamisError as `HttpClient` does, and BadAnswerError for what breaks the contract.
    """

    def __init__(self, http: HttpClient, endpoints: Endpoints) -> None:
        self._http = http
        self._api = endpoints.api
        self._stapi = endpoints.stapi

    def products(self, cancel: Cancel = never) -> tuple[Product, ...]:
        """List what can be ordered."""
        document = self._object(f"{self._stapi}/products", cancel)
        return tuple(Product.from_stapi(entry) for entry in required_objects(document, "products"))

    def order_parameters(self, product_id: str, cancel: Cancel = never) -> tuple[FormField, ...]:
        """Give the form of a product's options (REQ-16 to REQ-19).

        Some other document of JSON is not taken for a form without options.
        """
        schema = self._object(f"{self._product(product_id)}/order-parameters", cancel)
        if schema.get("type") != "object" and not isinstance(schema.get("properties"), dict):
            raise BadAnswerError.about("properties", "missing")
        return fields_of(schema)

    def estimate(self, draft: OrderDraft, cancel: Cancel = never) -> Estimate:
        """Ask what a request would take, without making it (REQ-12)."""
        answer = self._http.post_json(
            f"{self._api}/estimate", draft.to_estimate(), repeatable=True, cancel=cancel
        )
        return Estimate.from_json(mapping_of(answer))

    def submit(self, draft: OrderDraft, cancel: Cancel = never) -> Order:
        """Submit a request (REQ-13); repeated after a lost answer, it still makes one order, by its key.

        Raises:
            ConflictError: The key was used for another request.
        """
        answer = self._http.post_json(
            f"{self._product(draft.product_id)}/orders",
            draft.to_stapi(),
            headers={"Idempotency-Key": draft.idempotency_key},
            repeatable=True,
            cancel=cancel,
        )
        return Order.from_stapi(mapping_of(answer))

    def orders(self, cancel: Cancel = never) -> tuple[Order, ...]:
        """List the requests that the person may see, newest first (REQ-24)."""
        url = f"{self._stapi}/orders"
        orders: list[Order] = []
        for _ in range(_MOST_PAGES):
            document = self._object(url, cancel)
            orders.extend(Order.from_stapi(entry) for entry in required_objects(document, "features"))
            following = [link for link in objects_of(document.get("links")) if link.get("rel") == "next"]
            if not following:
                break
            url = urljoin(url, text_of(following[0].get("href")))
        return tuple(orders)

    def cancel(self, order_id: str, cancel: Cancel = never) -> Order:
        """Give a request up.

        Raises:
            ConflictError: It is too late for that.
        """
        return self._act(order_id, "cancel", cancel)

    def accept(self, order_id: str, cancel: Cancel = never) -> Order:
        """Accept the quotation of a request (REQ-20).

        Raises:
            ConflictError: There is no quotation to accept.
        """
        return self._act(order_id, "accept", cancel)

    def _act(self, order_id: str, action: str, cancel: Cancel) -> Order:
        """Move a request to the state of an action; one that is there already stays."""
        url = f"{self._stapi}/orders/{quote(order_id, safe='')}/{action}"
        return Order.from_stapi(mapping_of(self._http.post_json(url, {}, repeatable=True, cancel=cancel)))

    def _product(self, product_id: str) -> str:
        return f"{self._stapi}/products/{quote(product_id, safe='')}"

    def _object(self, url: str, cancel: Cancel) -> Mapping[str, Any]:
        answer = self._http.get_json(url, cancel=cancel)
        if not isinstance(answer, dict):
            raise BadAnswerError.about("JSON", "not an object")
        return answer
