from bidwright.v1 import configuration_pb2 as _configuration_pb2
from bidwright.v1 import price_pb2 as _price_pb2
from bidwright.buf.validate import validate_pb2 as _validate_pb2
from google.type import decimal_pb2 as _decimal_pb2
from google.type import money_pb2 as _money_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ObjectiveMeasure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OBJECTIVE_MEASURE_UNSPECIFIED: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_CONTRACT_VALUE: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_FIRST_YEAR: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_MONTHLY: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_ONE_TIME: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_CONTRACT_COST: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_MARGIN: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_LEAD_TIME: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_DELIVERY_RISK: _ClassVar[ObjectiveMeasure]
    OBJECTIVE_MEASURE_COMPONENTS: _ClassVar[ObjectiveMeasure]

class ObjectiveDirection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OBJECTIVE_DIRECTION_UNSPECIFIED: _ClassVar[ObjectiveDirection]
    OBJECTIVE_DIRECTION_MINIMIZE: _ClassVar[ObjectiveDirection]
    OBJECTIVE_DIRECTION_MAXIMIZE: _ClassVar[ObjectiveDirection]

class OptionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OPTION_STATE_UNSPECIFIED: _ClassVar[OptionState]
    OPTION_STATE_CHOSEN: _ClassVar[OptionState]
    OPTION_STATE_FORCED: _ClassVar[OptionState]
    OPTION_STATE_OPEN: _ClassVar[OptionState]
    OPTION_STATE_EXCLUDED: _ClassVar[OptionState]

class ItemAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ITEM_ACTION_UNSPECIFIED: _ClassVar[ItemAction]
    ITEM_ACTION_KEEP: _ClassVar[ItemAction]
    ITEM_ACTION_ADD: _ClassVar[ItemAction]
    ITEM_ACTION_MODIFY: _ClassVar[ItemAction]
    ITEM_ACTION_DELETE: _ClassVar[ItemAction]
OBJECTIVE_MEASURE_UNSPECIFIED: ObjectiveMeasure
OBJECTIVE_MEASURE_CONTRACT_VALUE: ObjectiveMeasure
OBJECTIVE_MEASURE_FIRST_YEAR: ObjectiveMeasure
OBJECTIVE_MEASURE_MONTHLY: ObjectiveMeasure
OBJECTIVE_MEASURE_ONE_TIME: ObjectiveMeasure
OBJECTIVE_MEASURE_CONTRACT_COST: ObjectiveMeasure
OBJECTIVE_MEASURE_MARGIN: ObjectiveMeasure
OBJECTIVE_MEASURE_LEAD_TIME: ObjectiveMeasure
OBJECTIVE_MEASURE_DELIVERY_RISK: ObjectiveMeasure
OBJECTIVE_MEASURE_COMPONENTS: ObjectiveMeasure
OBJECTIVE_DIRECTION_UNSPECIFIED: ObjectiveDirection
OBJECTIVE_DIRECTION_MINIMIZE: ObjectiveDirection
OBJECTIVE_DIRECTION_MAXIMIZE: ObjectiveDirection
OPTION_STATE_UNSPECIFIED: OptionState
OPTION_STATE_CHOSEN: OptionState
OPTION_STATE_FORCED: OptionState
OPTION_STATE_OPEN: OptionState
OPTION_STATE_EXCLUDED: OptionState
ITEM_ACTION_UNSPECIFIED: ItemAction
ITEM_ACTION_KEEP: ItemAction
ITEM_ACTION_ADD: ItemAction
ITEM_ACTION_MODIFY: ItemAction
ITEM_ACTION_DELETE: ItemAction

class Pin(_message.Message):
    __slots__ = ("component", "quantity")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    component: str
    quantity: int
    def __init__(self, component: _Optional[str] = ..., quantity: _Optional[int] = ...) -> None: ...

class ConfigureRequest(_message.Message):
    __slots__ = ("portfolio", "offering", "market", "needs", "pins", "exclusions", "bespoke_items", "budget", "terms", "objectives")
    PORTFOLIO_FIELD_NUMBER: _ClassVar[int]
    OFFERING_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    PINS_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIONS_FIELD_NUMBER: _ClassVar[int]
    BESPOKE_ITEMS_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    TERMS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVES_FIELD_NUMBER: _ClassVar[int]
    portfolio: str
    offering: str
    market: str
    needs: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.NeedAnswer]
    pins: _containers.RepeatedCompositeFieldContainer[Pin]
    exclusions: _containers.RepeatedScalarFieldContainer[str]
    bespoke_items: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.BespokeItem]
    budget: _configuration_pb2.Budget
    terms: _configuration_pb2.CommercialTerms
    objectives: _containers.RepeatedCompositeFieldContainer[Objective]
    def __init__(self, portfolio: _Optional[str] = ..., offering: _Optional[str] = ..., market: _Optional[str] = ..., needs: _Optional[_Iterable[_Union[_configuration_pb2.NeedAnswer, _Mapping]]] = ..., pins: _Optional[_Iterable[_Union[Pin, _Mapping]]] = ..., exclusions: _Optional[_Iterable[str]] = ..., bespoke_items: _Optional[_Iterable[_Union[_configuration_pb2.BespokeItem, _Mapping]]] = ..., budget: _Optional[_Union[_configuration_pb2.Budget, _Mapping]] = ..., terms: _Optional[_Union[_configuration_pb2.CommercialTerms, _Mapping]] = ..., objectives: _Optional[_Iterable[_Union[Objective, _Mapping]]] = ...) -> None: ...

class Objective(_message.Message):
    __slots__ = ("measure", "attribute", "direction")
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    measure: ObjectiveMeasure
    attribute: str
    direction: ObjectiveDirection
    def __init__(self, measure: _Optional[_Union[ObjectiveMeasure, str]] = ..., attribute: _Optional[str] = ..., direction: _Optional[_Union[ObjectiveDirection, str]] = ...) -> None: ...

class Solution(_message.Message):
    __slots__ = ("configuration", "proof", "totals", "further_proofs")
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    FURTHER_PROOFS_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    proof: _configuration_pb2.Proof
    totals: _price_pb2.PriceTotals
    further_proofs: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.Proof]
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ..., proof: _Optional[_Union[_configuration_pb2.Proof, _Mapping]] = ..., totals: _Optional[_Union[_price_pb2.PriceTotals, _Mapping]] = ..., further_proofs: _Optional[_Iterable[_Union[_configuration_pb2.Proof, _Mapping]]] = ...) -> None: ...

class ConfigureResponse(_message.Message):
    __slots__ = ("solution", "conflict")
    SOLUTION_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    solution: Solution
    conflict: _configuration_pb2.Conflict
    def __init__(self, solution: _Optional[_Union[Solution, _Mapping]] = ..., conflict: _Optional[_Union[_configuration_pb2.Conflict, _Mapping]] = ...) -> None: ...

class CheckConfigurationRequest(_message.Message):
    __slots__ = ("configuration",)
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    configuration: _configuration_pb2.Configuration
    def __init__(self, configuration: _Optional[_Union[_configuration_pb2.Configuration, _Mapping]] = ...) -> None: ...

class CheckConfigurationResponse(_message.Message):
    __slots__ = ("valid", "violations")
    VALID_FIELD_NUMBER: _ClassVar[int]
    VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    valid: bool
    violations: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.Violation]
    def __init__(self, valid: _Optional[bool] = ..., violations: _Optional[_Iterable[_Union[_configuration_pb2.Violation, _Mapping]]] = ...) -> None: ...

class Option(_message.Message):
    __slots__ = ("component", "answer")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    component: str
    answer: _configuration_pb2.NeedAnswer
    def __init__(self, component: _Optional[str] = ..., answer: _Optional[_Union[_configuration_pb2.NeedAnswer, _Mapping]] = ...) -> None: ...

class GuidedOption(_message.Message):
    __slots__ = ("option", "state", "reasons", "price_difference", "least_quantity", "most_quantity")
    OPTION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    PRICE_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    LEAST_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    MOST_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    option: Option
    state: OptionState
    reasons: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.ConflictMember]
    price_difference: _money_pb2.Money
    least_quantity: int
    most_quantity: int
    def __init__(self, option: _Optional[_Union[Option, _Mapping]] = ..., state: _Optional[_Union[OptionState, str]] = ..., reasons: _Optional[_Iterable[_Union[_configuration_pb2.ConflictMember, _Mapping]]] = ..., price_difference: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., least_quantity: _Optional[int] = ..., most_quantity: _Optional[int] = ...) -> None: ...

class GuidedRange(_message.Message):
    __slots__ = ("need", "least", "most")
    NEED_FIELD_NUMBER: _ClassVar[int]
    LEAST_FIELD_NUMBER: _ClassVar[int]
    MOST_FIELD_NUMBER: _ClassVar[int]
    need: str
    least: _decimal_pb2.Decimal
    most: _decimal_pb2.Decimal
    def __init__(self, need: _Optional[str] = ..., least: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ..., most: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class GuideConfigurationRequest(_message.Message):
    __slots__ = ("request", "explain", "price", "ranges", "sites", "site")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    request: ConfigureRequest
    explain: _containers.RepeatedCompositeFieldContainer[Option]
    price: _containers.RepeatedCompositeFieldContainer[Option]
    ranges: bool
    sites: _containers.RepeatedCompositeFieldContainer[Site]
    site: str
    def __init__(self, request: _Optional[_Union[ConfigureRequest, _Mapping]] = ..., explain: _Optional[_Iterable[_Union[Option, _Mapping]]] = ..., price: _Optional[_Iterable[_Union[Option, _Mapping]]] = ..., ranges: _Optional[bool] = ..., sites: _Optional[_Iterable[_Union[Site, _Mapping]]] = ..., site: _Optional[str] = ...) -> None: ...

class GuideConfigurationResponse(_message.Message):
    __slots__ = ("options", "ranges", "conflict")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    options: _containers.RepeatedCompositeFieldContainer[GuidedOption]
    ranges: _containers.RepeatedCompositeFieldContainer[GuidedRange]
    conflict: _configuration_pb2.Conflict
    def __init__(self, options: _Optional[_Iterable[_Union[GuidedOption, _Mapping]]] = ..., ranges: _Optional[_Iterable[_Union[GuidedRange, _Mapping]]] = ..., conflict: _Optional[_Union[_configuration_pb2.Conflict, _Mapping]] = ...) -> None: ...

class ChangeWeight(_message.Message):
    __slots__ = ("kind", "id", "weight")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    kind: _configuration_pb2.ConflictKind
    id: str
    weight: int
    def __init__(self, kind: _Optional[_Union[_configuration_pb2.ConflictKind, str]] = ..., id: _Optional[str] = ..., weight: _Optional[int] = ...) -> None: ...

class ExplainConfigurationRequest(_message.Message):
    __slots__ = ("request", "max_repairs", "weights", "sites")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    MAX_REPAIRS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    request: ConfigureRequest
    max_repairs: int
    weights: _containers.RepeatedCompositeFieldContainer[ChangeWeight]
    sites: _containers.RepeatedCompositeFieldContainer[Site]
    def __init__(self, request: _Optional[_Union[ConfigureRequest, _Mapping]] = ..., max_repairs: _Optional[int] = ..., weights: _Optional[_Iterable[_Union[ChangeWeight, _Mapping]]] = ..., sites: _Optional[_Iterable[_Union[Site, _Mapping]]] = ...) -> None: ...

class RepairChange(_message.Message):
    __slots__ = ("member", "answer", "limit", "text")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    member: _configuration_pb2.ConflictMember
    answer: _configuration_pb2.NeedAnswer
    limit: _money_pb2.Money
    text: str
    def __init__(self, member: _Optional[_Union[_configuration_pb2.ConflictMember, _Mapping]] = ..., answer: _Optional[_Union[_configuration_pb2.NeedAnswer, _Mapping]] = ..., limit: _Optional[_Union[_money_pb2.Money, _Mapping]] = ..., text: _Optional[str] = ...) -> None: ...

class Repair(_message.Message):
    __slots__ = ("changes", "weight", "solution")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    SOLUTION_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[RepairChange]
    weight: int
    solution: Solution
    def __init__(self, changes: _Optional[_Iterable[_Union[RepairChange, _Mapping]]] = ..., weight: _Optional[int] = ..., solution: _Optional[_Union[Solution, _Mapping]] = ...) -> None: ...

class ExplainConfigurationResponse(_message.Message):
    __slots__ = ("conflict", "repairs", "complete")
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    REPAIRS_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    conflict: _configuration_pb2.Conflict
    repairs: _containers.RepeatedCompositeFieldContainer[Repair]
    complete: bool
    def __init__(self, conflict: _Optional[_Union[_configuration_pb2.Conflict, _Mapping]] = ..., repairs: _Optional[_Iterable[_Union[Repair, _Mapping]]] = ..., complete: _Optional[bool] = ...) -> None: ...

class SuggestAlternativesRequest(_message.Message):
    __slots__ = ("request", "qualities", "max_alternatives", "sites")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    QUALITIES_FIELD_NUMBER: _ClassVar[int]
    MAX_ALTERNATIVES_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    request: ConfigureRequest
    qualities: _containers.RepeatedScalarFieldContainer[str]
    max_alternatives: int
    sites: _containers.RepeatedCompositeFieldContainer[Site]
    def __init__(self, request: _Optional[_Union[ConfigureRequest, _Mapping]] = ..., qualities: _Optional[_Iterable[str]] = ..., max_alternatives: _Optional[int] = ..., sites: _Optional[_Iterable[_Union[Site, _Mapping]]] = ...) -> None: ...

class QualityValue(_message.Message):
    __slots__ = ("attribute", "value")
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    attribute: str
    value: _decimal_pb2.Decimal
    def __init__(self, attribute: _Optional[str] = ..., value: _Optional[_Union[_decimal_pb2.Decimal, _Mapping]] = ...) -> None: ...

class Alternative(_message.Message):
    __slots__ = ("title", "solution", "qualities", "differences")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SOLUTION_FIELD_NUMBER: _ClassVar[int]
    QUALITIES_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    title: str
    solution: Solution
    qualities: _containers.RepeatedCompositeFieldContainer[QualityValue]
    differences: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, title: _Optional[str] = ..., solution: _Optional[_Union[Solution, _Mapping]] = ..., qualities: _Optional[_Iterable[_Union[QualityValue, _Mapping]]] = ..., differences: _Optional[_Iterable[str]] = ...) -> None: ...

class SuggestAlternativesResponse(_message.Message):
    __slots__ = ("alternatives", "conflict", "complete")
    ALTERNATIVES_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    alternatives: _containers.RepeatedCompositeFieldContainer[Alternative]
    conflict: _configuration_pb2.Conflict
    complete: bool
    def __init__(self, alternatives: _Optional[_Iterable[_Union[Alternative, _Mapping]]] = ..., conflict: _Optional[_Union[_configuration_pb2.Conflict, _Mapping]] = ..., complete: _Optional[bool] = ...) -> None: ...

class DisruptionWeights(_message.Message):
    __slots__ = ("add", "modify", "delete")
    ADD_FIELD_NUMBER: _ClassVar[int]
    MODIFY_FIELD_NUMBER: _ClassVar[int]
    DELETE_FIELD_NUMBER: _ClassVar[int]
    add: int
    modify: int
    delete: int
    def __init__(self, add: _Optional[int] = ..., modify: _Optional[int] = ..., delete: _Optional[int] = ...) -> None: ...

class ChangeConfigurationRequest(_message.Message):
    __slots__ = ("request", "installed", "frozen", "weights", "sites", "installed_sites", "frozen_sites", "max_repairs")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_SITES_FIELD_NUMBER: _ClassVar[int]
    FROZEN_SITES_FIELD_NUMBER: _ClassVar[int]
    MAX_REPAIRS_FIELD_NUMBER: _ClassVar[int]
    request: ConfigureRequest
    installed: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.ConfigurationItem]
    frozen: _containers.RepeatedScalarFieldContainer[str]
    weights: DisruptionWeights
    sites: _containers.RepeatedCompositeFieldContainer[Site]
    installed_sites: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.ConfigurationSite]
    frozen_sites: _containers.RepeatedScalarFieldContainer[str]
    max_repairs: int
    def __init__(self, request: _Optional[_Union[ConfigureRequest, _Mapping]] = ..., installed: _Optional[_Iterable[_Union[_configuration_pb2.ConfigurationItem, _Mapping]]] = ..., frozen: _Optional[_Iterable[str]] = ..., weights: _Optional[_Union[DisruptionWeights, _Mapping]] = ..., sites: _Optional[_Iterable[_Union[Site, _Mapping]]] = ..., installed_sites: _Optional[_Iterable[_Union[_configuration_pb2.ConfigurationSite, _Mapping]]] = ..., frozen_sites: _Optional[_Iterable[str]] = ..., max_repairs: _Optional[int] = ...) -> None: ...

class ItemChange(_message.Message):
    __slots__ = ("component", "action", "installed", "wanted")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    component: str
    action: ItemAction
    installed: int
    wanted: int
    def __init__(self, component: _Optional[str] = ..., action: _Optional[_Union[ItemAction, str]] = ..., installed: _Optional[int] = ..., wanted: _Optional[int] = ...) -> None: ...

class SiteChange(_message.Message):
    __slots__ = ("id", "title", "action", "changes")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    action: ItemAction
    changes: _containers.RepeatedCompositeFieldContainer[ItemChange]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., action: _Optional[_Union[ItemAction, str]] = ..., changes: _Optional[_Iterable[_Union[ItemChange, _Mapping]]] = ...) -> None: ...

class ConfigurationChange(_message.Message):
    __slots__ = ("solution", "changes", "disruption", "sites")
    SOLUTION_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    DISRUPTION_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    solution: Solution
    changes: _containers.RepeatedCompositeFieldContainer[ItemChange]
    disruption: _configuration_pb2.Proof
    sites: _containers.RepeatedCompositeFieldContainer[SiteChange]
    def __init__(self, solution: _Optional[_Union[Solution, _Mapping]] = ..., changes: _Optional[_Iterable[_Union[ItemChange, _Mapping]]] = ..., disruption: _Optional[_Union[_configuration_pb2.Proof, _Mapping]] = ..., sites: _Optional[_Iterable[_Union[SiteChange, _Mapping]]] = ...) -> None: ...

class ChangeRepair(_message.Message):
    __slots__ = ("changes", "weight", "change")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[RepairChange]
    weight: int
    change: ConfigurationChange
    def __init__(self, changes: _Optional[_Iterable[_Union[RepairChange, _Mapping]]] = ..., weight: _Optional[int] = ..., change: _Optional[_Union[ConfigurationChange, _Mapping]] = ...) -> None: ...

class ChangeConfigurationResponse(_message.Message):
    __slots__ = ("change", "conflict", "repairs", "repairs_complete")
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    REPAIRS_FIELD_NUMBER: _ClassVar[int]
    REPAIRS_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    change: ConfigurationChange
    conflict: _configuration_pb2.Conflict
    repairs: _containers.RepeatedCompositeFieldContainer[ChangeRepair]
    repairs_complete: bool
    def __init__(self, change: _Optional[_Union[ConfigurationChange, _Mapping]] = ..., conflict: _Optional[_Union[_configuration_pb2.Conflict, _Mapping]] = ..., repairs: _Optional[_Iterable[_Union[ChangeRepair, _Mapping]]] = ..., repairs_complete: _Optional[bool] = ...) -> None: ...

class Site(_message.Message):
    __slots__ = ("id", "title", "needs", "pins", "exclusions")
    ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    NEEDS_FIELD_NUMBER: _ClassVar[int]
    PINS_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIONS_FIELD_NUMBER: _ClassVar[int]
    id: str
    title: str
    needs: _containers.RepeatedCompositeFieldContainer[_configuration_pb2.NeedAnswer]
    pins: _containers.RepeatedCompositeFieldContainer[Pin]
    exclusions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., title: _Optional[str] = ..., needs: _Optional[_Iterable[_Union[_configuration_pb2.NeedAnswer, _Mapping]]] = ..., pins: _Optional[_Iterable[_Union[Pin, _Mapping]]] = ..., exclusions: _Optional[_Iterable[str]] = ...) -> None: ...

class ConfigureSitesRequest(_message.Message):
    __slots__ = ("request", "sites")
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    SITES_FIELD_NUMBER: _ClassVar[int]
    request: ConfigureRequest
    sites: _containers.RepeatedCompositeFieldContainer[Site]
    def __init__(self, request: _Optional[_Union[ConfigureRequest, _Mapping]] = ..., sites: _Optional[_Iterable[_Union[Site, _Mapping]]] = ...) -> None: ...
