"""HTML as a browser sees it: its elements, and what a form in it would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

_VOID = frozenset({"input", "br", "hr", "img", "meta", "link", "use", "rect"})


@dataclass
class Node:
    """One element."""

    tag: str
    attributes: dict[str, str]
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    text: str = ""

    @property
    def hidden(self) -> bool:
        """Return whether it or something around it is hidden."""
        return "hidden" in self.attributes or (self.parent is not None and self.parent.hidden)


class Page(HTMLParser):
    """A piece of HTML, parsed; unbalanced tags are an error."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.nodes: list[Node] = []
        self._open: list[Node] = []
        self.feed(html)
        self.close()
        assert not self._open, [node.tag for node in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        node = Node(tag, {name: value or "" for name, value in attrs}, self._open[-1] if self._open else None)
        self.nodes.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close an element."""
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element."""
        node = self._open.pop()
        assert node.tag == tag, (node.tag, tag)

    def handle_data(self, data: str) -> None:
        """Add text to everything that is open."""
        for node in self._open:
            node.text += data

    def all(self, tag: str | None = None, **attributes: str) -> list[Node]:
        """Return the elements with a tag and attributes; `_` in a name stands for `-`."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            node
            for node in self.nodes
            if (tag is None or node.tag == tag) and all(node.attributes.get(k) == v for k, v in wanted.items())
        ]

    def one(self, tag: str | None = None, **attributes: str) -> Node:
        """Return the one element with a tag and attributes."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, (tag, attributes, len(found))
        return found[0]

    def submitted(self, **changes: str | list[str] | None) -> MultiDict[str, str]:
        """Return what a form around this would send, with some inputs changed (None takes one away)."""
        sent: list[tuple[str, str]] = []
        for node in self.nodes:
            name, kind = node.attributes.get("name", ""), node.attributes.get("type", "text")
            if not name or node.tag == "button":
                continue
            if node.tag == "input" and (kind not in ("checkbox", "radio") or "checked" in node.attributes):
                sent.append((name, node.attributes.get("value", "on")))
            elif node.tag == "textarea":
                sent.append((name, node.text.removeprefix("\n").replace("\n", "\r\n")))
            elif node.tag == "select":
                sent.append((name, self._chosen(node)))
        data = MultiDict(sent)
        for name, value in changes.items():
            data.setlist(name, [] if value is None else [value] if isinstance(value, str) else value)
            if value is None:
                data.poplist(name)
        return data

    def _chosen(self, select: Node) -> str:
        options = [node for node in self.nodes if node.tag == "option" and _inside(node, select)]
        chosen = [node for node in options if "selected" in node.attributes] or options[:1]
        return chosen[-1].attributes.get("value", chosen[-1].text) if chosen else ""


def _inside(node: Node, other: Node) -> bool:
    return node.parent is not None and (node.parent is other or _inside(node.parent, other))
