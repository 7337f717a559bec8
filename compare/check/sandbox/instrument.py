"""Rewrites a program so that everything it computes is reported. It runs in the child, too: the standard library only.

Each expression keeps its meaning and its order of evaluation, and goes through one of the recorder's hooks, whose names
begin with ``PREFIX``. Nodes of the syntax tree are numbered in the order of a walk from the top, over all cells, so
that whoever parses the same source finds the same numbers.
"""

import ast
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import TypeVar

PREFIX = "_w_"
FRAME = "_w_frame"
"""The local variable that holds the number of the call that is running."""

LEFT_ALONE = {"super", "locals", "globals", "vars", "dir", "eval", "exec", "__import__", "breakpoint"}
"""Functions that look at who calls them."""

BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
UNARY = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~", ast.Not: "not"}
COMPARE = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}

Stmt = TypeVar("Stmt", bound=ast.stmt)


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node from the top, in the order of the source."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from walk(child)


def numbered(trees: Sequence[ast.Module]) -> list[ast.AST]:
    """Give every node its number, as ``number``, and return the nodes in that order."""
    nodes: list[ast.AST] = []
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop):
                continue  # Python shares these between trees
            node.number = len(nodes)  # type: ignore[attr-defined]
            nodes.append(node)
    return nodes


def parsed(cells: Sequence[str]) -> list[ast.Module]:
    """Parse every cell; a script is one cell. Raises SyntaxError."""
    return [ast.parse(cell, file_name(n)) for n, cell in enumerate(cells)]


def file_name(cell: int) -> str:
    """Return the name under which a cell is compiled, by which its lines are known in a traceback."""
    return f"<program {cell}>"


def instrument(cells: Sequence[str]) -> list[CodeType]:
    """Compile every cell with its expressions going through hooks. Raises SyntaxError."""
    trees = parsed(cells)
    numbered(trees)
    codes = []
    for n, tree in enumerate(trees):
        rewriter = Rewriter()
        rewriter.modules = {
            (alias.asname or alias.name).partition(".")[0]
            for other in trees
            for node in ast.walk(other)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        codes.append(compile(ast.fix_missing_locations(rewriter.visit(tree)), file_name(n), "exec"))
    return codes


class Rewriter(ast.NodeTransformer):
    """Puts hooks in the place of expressions and assignments."""

    def __init__(self) -> None:
        self.modules: set[str] = set()
        self.classes: list[str] = []
        self.temporary = 0

    # ------------------------------------------------------------------ what is called

    def hook(self, name: str, node: ast.AST, *arguments: ast.expr, keywords: Sequence[ast.keyword] = ()) -> ast.Call:
        """Return a call of a hook with a node's number as its first argument."""
        number = ast.Constant(node.number)  # type: ignore[attr-defined]
        call = ast.Call(ast.Name(PREFIX + name, ast.Load()), [number, *arguments], list(keywords))
        return ast.copy_location(call, node)

    def mangled(self, name: str) -> str:
        """Return a name as a class body's compiler writes it: ``__x`` in ``C`` is ``_C__x``."""
        if self.classes and name.startswith("__") and not name.endswith("__"):
            owner = self.classes[-1].lstrip("_")
            return f"_{owner}{name}" if owner else name
        return name

    def new_name(self) -> str:
        """Return a name that the program has not."""
        self.temporary += 1
        return f"{PREFIX}value{self.temporary}"

    # ------------------------------------------------------------------ expressions

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        operator = ast.Constant(BINARY[type(node.op)])
        return self.hook("binary", node, operator, self.visit(node.left), self.visit(node.right))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            return self.hook("number", node, node) if isinstance(node.operand.value, float) else node
        return self.hook("unary", node, ast.Constant(UNARY[type(node.op)]), self.visit(node.operand))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        kind = COMPARE.get(type(node.ops[0]))
        if len(node.ops) > 1 or kind is None:
            self.generic_visit(node)
            return node
        return self.hook("compare", node, ast.Constant(kind), self.visit(node.left), self.visit(node.comparators[0]))

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return self.hook("number", node, node) if isinstance(node.value, float) else node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test = self.hook("test", node, self.visit(node.test))
        return ast.copy_location(ast.IfExp(test, self.visit(node.body), self.visit(node.orelse)), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        arguments = [self.visit(argument) for argument in node.args]
        keywords = [ast.keyword(keyword.arg, self.visit(keyword.value)) for keyword in node.keywords]
        function = node.func
        if isinstance(function, ast.Name) and function.id in LEFT_ALONE:
            return ast.copy_location(ast.Call(function, arguments, keywords), node)
        if isinstance(function, ast.Attribute) and not self.is_module(function.value):
            owner, name = self.visit(function.value), ast.Constant(self.mangled(function.attr))
            return self.hook("method", node, owner, name, *arguments, keywords=keywords)
        return self.hook("call", node, self.visit(function), *arguments, keywords=keywords)

    def is_module(self, node: ast.expr) -> bool:
        """Return whether an expression is an imported module by its looks: ``np``, ``np.random``."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self.modules

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not isinstance(node.ctx, ast.Load) or self.is_module(node.value):
            self.generic_visit(node)
            return node
        return self.hook("attribute", node, self.visit(node.value), ast.Constant(self.mangled(node.attr)))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if not isinstance(node.ctx, ast.Load):
            self.generic_visit(node)
            return node
        return self.hook("item", node, self.visit(node.value), self.index(node.slice))

    def index(self, node: ast.expr) -> ast.expr:
        """Return an index as a value: a slice is written out."""
        if isinstance(node, ast.Slice):
            ends = [
                ast.Constant(None) if end is None else self.visit(end) for end in (node.lower, node.upper, node.step)
            ]
            return ast.copy_location(ast.Call(ast.Name(PREFIX + "slice", ast.Load()), ends, []), node)
        if isinstance(node, ast.Tuple):
            return ast.copy_location(ast.Tuple([self.index(entry) for entry in node.elts], ast.Load()), node)
        result: ast.expr = self.visit(node)
        return result

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        value = self.hook("shown", node, self.visit(node.value))
        form = self.visit(node.format_spec) if node.format_spec else None
        return ast.copy_location(ast.FormattedValue(value, node.conversion, form), node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        source = self.hook("loop", node.iter, self.visit(node.iter))
        return ast.comprehension(node.target, source, [self.visit(test) for test in node.ifs], node.is_async)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        body = self.hook("result", node.body, self.visit(node.body))
        return ast.copy_location(ast.Lambda(node.args, body), node)

    # ------------------------------------------------------------------ statements

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return self.function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.stmt:
        return node

    def function(self, node: ast.FunctionDef) -> ast.stmt:
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        node.args.kw_defaults = [default and self.visit(default) for default in node.args.kw_defaults]
        named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        pairs = [_pair(argument.arg, ast.Name(argument.arg, ast.Load())) for argument in named]
        enter = self.hook("enter", node, ast.Constant(node.name), *pairs)
        first = ast.copy_location(ast.Assign([ast.Name(FRAME, ast.Store())], enter), node)
        body = self.statements(node.body)
        documented = (
            bool(node.body) and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
        )
        node.body = [*body[:documented], first, *body[documented:]]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        self.classes.append(node.name)
        node.body = self.statements(node.body)
        node.bases = [self.visit(base) for base in node.bases]
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        self.classes.pop()
        return node

    def statements(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Rewrite a block."""
        result: list[ast.stmt] = []
        for statement in body:
            new = self.visit(statement)
            result += new if isinstance(new, list) else [new]
        return result

    def visit_Module(self, node: ast.Module) -> ast.Module:
        future = sum(isinstance(s, ast.ImportFrom) and s.module == "__future__" for s in node.body)
        body = self.statements(node.body)
        documented = bool(node.body) and isinstance(node.body[0], ast.Expr)
        frame = ast.Assign([ast.Name(FRAME, ast.Store())], ast.Constant(0))
        first = future + documented if future else 0
        node.body = [*body[:first], frame, *body[first:]]
        return node

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        if node.value is not None:
            node.value = self.hook("result", node, self.visit(node.value))
        return node

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        value = self.visit(node.value)
        if len(node.targets) == 1:
            return self.assigned(node, node.targets[0], value)
        name = self.new_name()
        result: list[ast.stmt] = [ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), node)]
        for target in node.targets:
            result += self.assigned(node, target, ast.Name(name, ast.Load()))
        return result

    def visit_AnnAssign(self, node: ast.AnnAssign) -> list[ast.stmt] | ast.stmt:
        if node.value is None:
            return node
        return self.assigned(node, node.target, self.visit(node.value))

    def assigned(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> list[ast.stmt]:
        """Return what assigns a value to a target, and reports it."""
        if isinstance(target, ast.Name):
            bound = self.hook("bind", node, ast.Constant(target.id), ast.Name(FRAME, ast.Load()), value)
            return [ast.copy_location(ast.Assign([target], bound), node)]
        if isinstance(target, ast.Attribute):
            owner, attribute = self.visit(target.value), ast.Constant(self.mangled(target.attr))
            return [ast.copy_location(ast.Expr(self.hook("set_attribute", node, value, owner, attribute)), node)]
        if isinstance(target, ast.Subscript):
            place = self.visit(target.value), self.index(target.slice)
            return [ast.copy_location(ast.Expr(self.hook("store", node, value, *place)), node)]
        if isinstance(target, ast.Tuple | ast.List) and not any(isinstance(t, ast.Starred) for t in target.elts):
            names = [self.new_name() for _ in target.elts]
            stores: list[ast.expr] = [ast.Name(name, ast.Store()) for name in names]
            unpacked = self.hook("each", node, value)
            result: list[ast.stmt] = [ast.copy_location(ast.Assign([ast.Tuple(stores, ast.Store())], unpacked), node)]
            for one, name in zip(target.elts, names, strict=True):
                result += self.assigned(node, one, ast.Name(name, ast.Load()))
            return result
        return [ast.copy_location(ast.Assign([target], value), node)]

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        operator, value = ast.Constant(BINARY[type(node.op)]), self.visit(node.value)
        if isinstance(node.target, ast.Name):
            new = self.hook("augment", node, operator, ast.Name(node.target.id, ast.Load()), value)
            bound = self.hook("bind", node, ast.Constant(node.target.id), ast.Name(FRAME, ast.Load()), new)
            return ast.copy_location(ast.Assign([node.target], bound), node)
        if isinstance(node.target, ast.Attribute):
            owner, name = self.visit(node.target.value), ast.Constant(self.mangled(node.target.attr))
            return ast.copy_location(ast.Expr(self.hook("augment_attribute", node, operator, owner, name, value)), node)
        place = self.visit(node.target.value), self.index(node.target.slice)
        return ast.copy_location(ast.Expr(self.hook("augment_item", node, operator, *place, value)), node)

    def visit_For(self, node: ast.For) -> list[ast.stmt] | ast.stmt:
        source = self.hook("loop", node, self.visit(node.iter))
        names = [name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)]
        pairs = [_pair(name, ast.Name(name, ast.Load())) for name in names]
        seen = ast.copy_location(ast.Expr(self.hook("bound", node, ast.Name(FRAME, ast.Load()), *pairs)), node)
        node.iter = source
        node.body = [seen, *self.statements(node.body)]
        node.orelse = self.statements(node.orelse)
        return node

    def visit_While(self, node: ast.While) -> list[ast.stmt]:
        begin = ast.copy_location(ast.Expr(self.hook("begin_while", node)), node)
        node.test = self.hook("while", node, self.visit(node.test))
        node.body, node.orelse = self.statements(node.body), self.statements(node.orelse)
        return [begin, node]

    def visit_If(self, node: ast.If) -> ast.stmt:
        node.test = self.hook("test", node, self.visit(node.test))
        node.body, node.orelse = self.statements(node.body), self.statements(node.orelse)
        return node


def _pair(name: str, value: ast.expr) -> ast.expr:
    return ast.Tuple([ast.Constant(name), value], ast.Load())
