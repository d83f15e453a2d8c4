"""Serves ``bidwright.v1.ProvisioningService``. Who may call what is decided before a call gets here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc

from bidwright.core.caller import Caller, current_caller
from bidwright.core.clock import Clock
from bidwright.core.errors import NotFound
from bidwright.provisioning.commands import Commands
from bidwright.provisioning.credentials import CredentialCipher
from bidwright.provisioning.order_events import event
from bidwright.provisioning.order_records import (
    CREDENTIAL_KIND,
    ORDER_KIND,
    SERVICE_KIND,
    decoded,
    id_of,
    read,
)
from bidwright.provisioning.states import ENDED
from bidwright.storage.changes import Change
from bidwright.storage.pages import Page, PageRequest
from bidwright.storage.records import Record, Store
from bidwright.v1 import provisioning_pb2 as api
from bidwright.v1.order_pb2 import ORDER_STATE_HELD, Order, Service
from bidwright.v1.provisioning_pb2_grpc import ProvisioningServiceServicer

_LOOK_S = 0.25
_PAGE = 50

Context = grpc.aio.ServicerContext[Any, Any]


class ProvisioningApi(ProvisioningServiceServicer):
    """Follows and steers orders, and shows services.

    Args:
        store: Keeps the records.
        cipher: Decrypts credentials.
        clock: Tells the time.
    """

    def __init__(self, store: Store, cipher: CredentialCipher, clock: Clock) -> None:
        self._store = store
        self._cipher = cipher
        self._clock = clock
        self._commands = Commands(store, clock)

    async def GetOrder(self, request: api.GetOrderRequest, context: Context) -> Order:
        """Read an order."""
        return (await read(self._store, current_caller().account, Order, request.name)).value

    async def ListOrders(self, request: api.ListOrdersRequest, context: Context) -> api.ListOrdersResponse:
        """List orders, newest first."""
        page = await self._page(ORDER_KIND, request)
        orders = [decoded(record, Order).value for record in page.records]
        return api.ListOrdersResponse(orders=orders, next_page_token=page.next_page_token)

    async def WatchOrder(
        self, request: api.WatchOrderRequest, context: Context
    ) -> AsyncIterator[api.WatchOrderResponse]:
        """Send the order now and after each change, until it has ended or is held."""
        account, sent = current_caller().account, 0
        while True:
            stored = await read(self._store, account, Order, request.name)
            if stored.version != sent:
                sent = stored.version
                yield api.WatchOrderResponse(order=stored.value)
            if stored.value.state in ENDED or stored.value.state == ORDER_STATE_HELD:
                return
            await asyncio.sleep(_LOOK_S)

    async def CompleteTask(self, request: api.CompleteTaskRequest, context: Context) -> Order:
        """Record that people have done their step."""
        return await self._commands.complete_task(current_caller(), request)

    async def ResumeOrder(self, request: api.ResumeOrderRequest, context: Context) -> Order:
        """Continue a failed or cancelled order."""
        return await self._commands.resume_order(current_caller(), request)

    async def CancelOrder(self, request: api.CancelOrderRequest, context: Context) -> Order:
        """Stop an order."""
        return await self._commands.cancel_order(current_caller(), request)

    async def ReapplyContract(self, request: api.ReapplyContractRequest, context: Context) -> Order:
        """Repeat the delivery of a contract."""
        return await self._commands.reapply_contract(current_caller(), request)

    async def WithdrawContract(self, request: api.WithdrawContractRequest, context: Context) -> Order:
        """Terminate a contract and take back what it made."""
        return await self._commands.withdraw_contract(current_caller(), request)

    async def ListServices(self, request: api.ListServicesRequest, context: Context) -> api.ListServicesResponse:
        """List services, newest first."""
        page = await self._page(SERVICE_KIND, request)
        services = [decoded(record, Service).value for record in page.records]
        return api.ListServicesResponse(services=services, next_page_token=page.next_page_token)

    async def GetService(self, request: api.GetServiceRequest, context: Context) -> Service:
        """Read a service."""
        return (await read(self._store, current_caller().account, Service, request.name)).value

    async def GetServiceCredentials(
        self, request: api.GetServiceCredentialsRequest, context: Context
    ) -> api.ServiceCredentials:
        """Decrypt the credentials of a service, after the event that says so is on disk."""
        caller = current_caller()
        service = (await read(self._store, caller.account, Service, request.name)).value
        record = await self._store.get(caller.account, CREDENTIAL_KIND, id_of(service.name))
        if not service.has_credentials or record is None or not record.body:
            raise NotFound(
                f"{service.name} has no credentials.",
                fix="Only services with has_credentials have some; those of a terminated service are gone.",
                reason="NO_CREDENTIALS",
            )
        passwords = self._cipher.reveal(record.body)
        # The customer's is <role>_password; what a role has for other services has a longer name.
        main = min(passwords, key=lambda name: (len(name), name))
        await self._store.commit(caller.account, self._read_event(caller, service))
        return api.ServiceCredentials(user=service.endpoint.user, password=passwords[main])

    def _read_event(self, caller: Caller, service: Service) -> Change:
        facts = {"contract": service.contract}
        told = event("service.credentials_read", service.name, self._clock(), actor=caller.name, **facts)
        return Change(events=(told,))

    async def _page(self, kind: str, request: api.ListOrdersRequest | api.ListServicesRequest) -> Page[Record]:
        index = f"contract={id_of(request.contract)}" if request.contract else None
        wanted = PageRequest(request.page_size or _PAGE, request.page_token)
        return await self._store.list(current_caller().account, kind, index=index, page=wanted)
