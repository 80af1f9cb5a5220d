"""One rule of a plan → its classes, the function that sends such an event, and the decorator for who handles it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from segment_hooks.tracking_plan.generator.layout import (
    INDENT,
    Code,
    Listed,
    call,
    chain,
    docstring,
    fits,
    flat,
    lines,
    prose,
    quoted,
)
from segment_hooks.tracking_plan.generator.naming import Names, field_names, pascal
from segment_hooks.tracking_plan.generator.types import Types, joined
from segment_hooks.tracking_plan.rules import Rule, RuleType
from segment_hooks.tracking_plan.shapes.model import Member, Note, Record, Shape, field_of
from segment_hooks.tracking_plan.shapes.reader import Reader


class Named(msgspec.Struct, frozen=True):
    """A rule and what its code is called."""

    rule: Rule
    class_name: str
    """Of its properties or traits."""
    function: str
    """What sends it: `track_order_completed`, or `identify` itself."""
    versions: tuple[int, ...] = ()
    """All versions of the event, where there are several."""

    @property
    def verb(self) -> str:
        """The call: `track`, `identify` …"""
        return self.rule.type.lower()


class Written(msgspec.Struct, frozen=True):
    """The code for one rule: blocks that stand two lines apart, and what they need from elsewhere."""

    blocks: list[list[str]]
    imports: set[str]
    notes: list[Note]


def write(named: Named, names: Names, width: int) -> Written:
    """The code for one rule. `names`: the module's. Raises `PlanError` for what cannot be written."""
    reader = Reader(named.rule)
    shape = reader.bag()
    types = Types(shape, reader, named.class_name, names)
    notes = sorted({*reader.notes, *_unwritable(types.records)})
    writer = _Writer(named, types, names, width, notes)
    blocks = [block for record in types.records for block in writer.declared(record)]
    if not isinstance(shape.object, Record):
        blocks.append(writer.alias_of(shape))
    blocks += [writer.sender(shape), writer.decorator()]
    return Written(blocks, types.imports, notes)


def _unwritable(records: list[Record]) -> Iterator[Note]:
    for record in records:
        for member in record.members:
            if not _is_writable(member):
                yield Note(field_of((*record.place, member.name)), "the name, which no field of a struct can have")


def _is_writable(member: Member) -> bool:
    """Whether msgspec takes its name for that of a field."""
    return not any(char < " " or char in '\\"' for char in member.name)


class _Writer:
    def __init__(self, named: Named, types: Types, names: Names, width: int, notes: list[Note]) -> None:
        self._named = named
        self._types = types
        self._names = names
        self._width = width
        self._notes = notes

    # ---- classes

    def declared(self, record: Record) -> list[list[str]]:
        """The class for a record, behind the aliases that its fields need to fit on their lines."""
        own = self._types.name_of(record)
        members = list(filter(_is_writable, record.members))
        attributes = field_names([member.name for member in members], self._names.taken)
        aliases: list[list[str]] = []
        body = docstring(self._said_of(record), self._width, indent=1)
        for member in members:
            attribute = attributes[member.name]
            body += [""] if member is members[0] else []
            body += self._field(attribute, member, own, aliases)
            if said := prose(member.description):
                body += docstring([said], self._width, indent=1)
        self._types.imports.add("Struct")
        options: list[Code] = ["Struct", "frozen=True", "kw_only=True"]
        if record.closed and len(members) == len(record.members):
            options.append("forbid_unknown_fields=True")
        renamed = [
            f"{quoted(attributes[member.name])}: {quoted(member.name)}"
            for member in members
            if attributes[member.name] != member.name
        ]
        if renamed:
            options.append(Listed("rename={", tuple(sorted(renamed)), "}"))
        head = lines(chain(Listed(f"class {own}(", tuple(options), ")"), ":"), self._width)
        return [*aliases, [*head, *body]]

    def _field(self, attribute: str, member: Member, own: str, aliases: list[list[str]]) -> list[str]:
        union = [] if member.shape.empty else self._types.union(member.shape)
        behind = "" if member.required else " = UNSET"
        if not member.required:
            self._types.imports.update(("UNSET", "UnsetType"))
        last: list[Code] = [] if member.required else ["UnsetType"]
        if union and union[-1] == "None":  # which reads best at the end
            union, last = union[:-1], [*last, "None"]
        line = chain(f"{attribute}: ", joined([*union, *last]), behind)
        if not fits(line, self._width, indent=1):
            union = [each if isinstance(each, str) else self._alias(own, member.name, each, aliases) for each in union]
            line = chain(f"{attribute}: ", joined([*union, *last]), behind)
        if fits(line, self._width, indent=1) or len([*union, *last]) == 1:
            return [INDENT + flat(line)]
        inner = joined([*union, *last])
        if behind and fits(chain(f"{attribute}: ", inner, " = ("), self._width, indent=1):
            return [f"{INDENT}{attribute}: {flat(inner)} = (", f"{INDENT * 2}UNSET", f"{INDENT})"]
        if fits(inner, self._width, indent=2):
            whole = [INDENT * 2 + flat(inner)]
        else:
            whole = [f"{INDENT * 2}{'| ' if index else ''}{each}" for index, each in enumerate([*union, *last])]
        return [f"{INDENT}{attribute}: (", *whole, f"{INDENT}){behind}"]

    def _alias(self, own: str, name: str, code: Code, aliases: list[list[str]]) -> str:
        """A name for a type that is too long for the line of its field."""
        alias = self._names.take(own + (pascal(name) or "Field"))
        self._types.imports.add("TypeAlias")
        aliases.append(lines(chain(f"{alias}: TypeAlias = ", code), self._width))
        return alias

    def alias_of(self, shape: Shape) -> list[str]:
        """The name for properties that are a mapping, and so no class."""
        self._types.imports.add("TypeAlias")
        code = chain(f"{self._named.class_name}: TypeAlias = ", self._types.code(shape))
        return [*lines(code, self._width), *docstring([self._summary(), *self._about()], self._width, indent=0)]

    # ---- words

    def _said_of(self, record: Record) -> list[str]:
        if record.place:
            shared = record.place[0].startswith("#")  # what references lead to stands in no one place
            within = "" if shared else f", in `{prose(field_of(record.place)).removesuffix('.')}`"
            return [f"Part of `{self._named.class_name}`{within}.", prose(record.description)]
        return [self._summary(), *self._about()]

    def _summary(self) -> str:
        rule = self._named.rule
        what = f"{rule.type.bag.capitalize()} of {_called(rule, several=True)}"
        return f"{what}, version {rule.version}." if self._named.versions else f"{what}."

    def _about(self) -> list[str]:
        """What the plan says of the event, and what it asks beyond the types."""
        rule = self._named.rule
        said = [prose(rule.description)]
        if rule.deprecated_at is not None:
            said.append(f"Deprecated since {rule.deprecated_at:%Y-%m-%d}.")
        if rule.labels:
            said.append(prose("Labels: " + ", ".join(f"{key}={rule.labels[key]}" for key in sorted(rule.labels))))
        if self._notes:
            said.append("The plan says more than these types, and an event is held against it by `TrackingPlan` only:")
            said.append("\n".join(f"- {prose(str(note))[:-1]}" for note in self._notes))
        return said

    # ---- functions

    def sender(self, shape: Shape) -> list[str]:
        """The function that sends the event."""
        named, rule = self._named, self._named.rule
        client, bag = f"{named.verb.capitalize()}Client", rule.type.bag
        self._types.imports.update((client, "R", "Call", "Unpack"))
        optional = isinstance(shape.object, Record) and not any(each.required for each in shape.object.members)
        parameters: list[Code] = [f"client: {client}[R]"]
        parameters.append(f"{bag}: {named.class_name}{' | None = None' if optional else ''}")
        arguments: list[Code] = []
        more: list[str] = []
        if rule.type is RuleType.GROUP:
            self._types.imports.add("Id")
            more.append("group_id: Id")
            arguments.append("group_id=group_id")
        if rule.type is RuleType.TRACK:
            arguments.append(f"event={quoted(rule.key or '')}")
        if rule.type in (RuleType.PAGE, RuleType.SCREEN):
            if rule.key is None:
                more.append("name: str | None = None")
            more.append("category: str | None = None")
            arguments += ["name=name" if rule.key is None else f"name={quoted(rule.key)}", "category=category"]
        arguments.append(f"{bag}={bag}")
        if named.versions:
            self._types.imports.add("of_version")
            arguments.append(f"**of_version(call, {rule.version})")
        else:
            arguments.append("**call")
        parameters += ["*", *more] if more else []
        parameters.append("**call: Unpack[Call]")
        head = chain(Listed(f"def {named.function}(", tuple(parameters), ") -> R:"))
        member = {"track": "event"}.get(named.verb, named.verb)
        return [
            *lines(head, self._width),
            *docstring([f"Send {_called(rule)}."], self._width, indent=1),
            *lines(chain("return ", call(f"client.{member}.{named.verb}", *arguments)), self._width, indent=1),
        ]

    def decorator(self) -> list[str]:
        """The function that makes the decorator for its handlers."""
        named, rule = self._named, self._named.rule
        kind = named.verb.capitalize()
        self._types.imports.update((f"On{kind}", "WebhookEventRouter", f"handle_{named.verb}"))
        arguments: list[Code] = ["router", named.class_name]
        arguments += [quoted(rule.key)] if rule.key is not None else []
        if named.versions:
            arguments += [f"version={rule.version}", f"versions={named.versions!r}"]
        head = Listed(
            f"def on_{named.function}(", ("router: WebhookEventRouter",), f") -> On{kind}[{named.class_name}]:"
        )
        return [
            *lines(head, self._width),
            *docstring([f"Decorate a handler of {_called(rule, several=True)}."], self._width, indent=1),
            *lines(chain("return ", call(f"handle_{named.verb}", *arguments)), self._width, indent=1),
        ]


def _called(rule: Rule, *, several: bool = False) -> str:
    """The event, in words; one of them or `several`."""
    if rule.key is None:
        kind = rule.type.lower()
        return f"{kind} calls" if several else f"an {kind} call" if kind == "identify" else f"a {kind} call"
    what = "the event" if rule.type is RuleType.TRACK else f"the {rule.type.lower()}"
    return f"{what} '{prose(rule.key).removesuffix('.')}'"
