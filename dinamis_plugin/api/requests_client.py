"""Image requests: products, forms, estimates, orders (REQ-06 to REQ-25)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..domain.endpoints import Endpoints
from ..domain.errors import BadAnswerError
from ..domain.estimate import Estimate
from ..domain.feasibility import Feasibility
from ..domain.form import FormField, fields_of
from ..domain.order import Order, Product
from ..domain.order_draft import OrderDraft
from ..domain.parsing import mapping_of, required_objects
from .http import Cancel, HttpClient, never


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

    def feasibility(self, draft: OrderDraft, cancel: Cancel = never) -> Feasibility:
        """Ask for the chances of a programming request, without making it (REQ-25)."""
        url = f"{self._product(draft.product_id)}/opportunities"
        answer = self._http.post_json(url, draft.to_search(), repeatable=True, cancel=cancel)
        return Feasibility.from_json(mapping_of(answer))

    def submit(self, draft: OrderDraft, cancel: Cancel = never) -> Order:
        """Submit a request (REQ-13), as `submit_body` does."""
        return self.submit_body(draft.product_id, draft.to_stapi(), draft.idempotency_key, cancel)

    def submit_body(
        self,
        product_id: str,
        body: Mapping[str, Any],
        key: str,
        cancel: Cancel = never,
        *,
        repeatable: bool = True,
    ) -> Order:
        """Submit a request as it was written down; sent again with its key, it still makes one order.

        Without `repeatable` it is sent once, for who wants to know whether an answer was lost.

        Raises:
            ConflictError: The key was used for another request.
        """
        answer = self._http.post_json(
            f"{self._product(product_id)}/orders",
            body,
            headers={"Idempotency-Key": key},
            repeatable=repeatable,
            cancel=cancel,
        )
        return Order.from_stapi(mapping_of(answer))

    def _product(self, product_id: str) -> str:
        return f"{self._stapi}/products/{quote(product_id, safe='')}"

    def _object(self, url: str, cancel: Cancel) -> Mapping[str, Any]:
        answer = self._http.get_json(url, cancel=cancel)
        if not isinstance(answer, dict):
            raise BadAnswerError.about("JSON", "not an object")
        return answer
