"""Which row is taught with which label: rows and labels that were moved apart, ones that stand beside their label."""

import ast
from collections.abc import Callable, Sequence

import numpy as np

from compare.check.program.batches import Batch, Key, Rows, ancestors, is_order, shared_keys
from compare.check.program.dealing import row_index
from compare.check.program.finding import Edit, Finding
from compare.check.program.source import number_of
from compare.check.program.trace import Op


def labels_apart(rows: Rows) -> Finding | None:
    """Return that rows are taught with other rows' labels."""
    batches = [batch for batch in rows.batches if batch.y is not None and batch.y.where is not None]
    if not batches:
        return None
    apart = _told_otherwise(rows, batches)
    if apart is None:
        apart = _parted_before(rows, batches)
    if apart is None:
        return None
    batch, says = apart
    node, also, edits = _where_parted(rows, batch)
    if node is None:
        return None
    return Finding(node, says, "labels-apart-from-images", "each row with its own label", list(also), list(edits))


def _labels_of(rows: Rows, batch: Batch) -> list[bytes] | None:
    """Return each row's label, as bytes."""
    assert batch.y is not None
    value = rows.trace.array(batch.y.ref)
    if value is None:
        return None
    if batch.y.axis is None:
        return [np.ascontiguousarray(value).tobytes()]
    value = np.moveaxis(value, batch.y.axis, 0)
    return [np.ascontiguousarray(row).tobytes() for row in value]


def _told_otherwise(rows: Rows, batches: Sequence[Batch]) -> tuple[Batch, str] | None:
    """Return a batch that teaches rows with other labels than an earlier one did."""
    rows.trace.load([batch.y.ref for batch in batches if batch.y is not None])
    for key in shared_keys(batches):
        told: dict[int, bytes] = {}
        known: set[bytes] = set()
        again, changed, strange = 0, 0, 0
        first: tuple[Batch, int, bytes, bytes] | None = None
        for batch in batches:
            labels = _labels_of(rows, batch)
            where = batch.x.where[key].tolist()
            if labels is None or len(labels) != len(where):
                return None
            fresh = set()
            for row, label in zip(where, labels, strict=True):
                if row not in told:
                    told[row] = label
                    fresh.add(label)
                    continue
                again += 1
                if told[row] != label:
                    changed += 1
                    strange += label not in known and label not in fresh
                    if first is None:
                        first = (batch, row, told[row], label)
            known |= fresh
        if again >= 3 and changed >= 0.1 * again and changed >= 3 and strange <= 0.5 * changed and first is not None:
            batch, row, before, now = first
            return batch, (
                f"Row {row} is taught with the label {_shown(before)}, and in step {batch.step + 1} with "
                f"{_shown(now)}: rows and labels are not in the same order."
            )
    return None


def _shown(label: bytes) -> str:
    """Return a label in words: a number, or the place of the one."""
    value = np.frombuffer(label)
    if value.size == 1:
        return f"{value[0]:g}"
    if np.count_nonzero(value == 1) == 1 and np.count_nonzero(value) == 1:
        return str(int(np.argmax(value)))
    return "[" + ", ".join(f"{x:g}" for x in value[:4]) + (", ...]" if value.size > 4 else "]")


def _parted_before(rows: Rows, batches: Sequence[Batch]) -> tuple[Batch, str] | None:
    """Return a batch whose rows and labels come from other rows of data that was read, by more than a shift."""
    trace = rows.trace
    for batch in batches[:50]:
        assert batch.y is not None
        if batch.size < 2 and len(batches) < 10:
            continue
        for x_key, x_index in batch.x.where.items():
            for y_key, y_index in batch.y.where.items():
                if not _a_pair(rows, x_key, y_key) or len(x_index) != len(y_index):
                    continue
                shared = [key for key in batch.x.where if key in batch.y.where]
                if any(np.array_equal(batch.x.where[key], batch.y.where[key]) for key in shared):
                    return None
                if len(x_index) < 4 or len(set((x_index - y_index).tolist())) < 3:
                    continue
                value = trace.array(y_key[0])
                if value is None:
                    continue
                value = np.moveaxis(value, y_key[1], 0)
                differ = [not np.array_equal(value[i], value[j]) for i, j in zip(x_index, y_index, strict=True)]
                if np.mean(differ) >= 0.1:
                    n = differ.index(True)
                    return batch, (
                        f"Row {int(x_index[n])} of the data is taught with the label of row {int(y_index[n])}: rows "
                        "and labels are not in the same order."
                    )
    return None


def _a_pair(rows: Rows, x: Key, y: Key) -> bool:
    """Return whether rows and labels that were read belong together by their places."""
    if x == y:
        return True
    given = rows.follower.is_given(x[0]) and rows.follower.is_given(y[0])
    if not given or not x[0] >= 0:
        return False
    n, m = rows.trace.shape(x[0])[x[1]], rows.trace.shape(y[0])[y[1]]
    return n == m and n >= 8 and not is_order(rows.trace, x[0]) and not is_order(rows.trace, y[0])


def _where_parted(rows: Rows, batch: Batch) -> tuple[int | None, tuple[int, ...], tuple[Edit, ...]]:
    """Return where rows and labels went apart: what moved one of them and not the other."""
    trace, program = rows.trace, rows.trace.program
    assert batch.y is not None
    xs = [op for key in batch.x.where if not is_order(trace, key[0]) for op in rows.way_back(batch.x.ref, key)]
    ys = [op for key in batch.y.where for op in rows.way_back(batch.y.ref, key)]
    if not ys:
        ys = [trace.ops[trace.maker[batch.y.ref]]] if trace.maker[batch.y.ref] >= 0 else []
    movers_x = {op.node: op for op in xs if _reorders(op)}
    movers_y = {op.node: op for op in _labels_movers(rows, batch)}
    only_x = [op for node, op in movers_x.items() if node not in movers_y]
    only_y = [op for node, op in movers_y.items() if node not in movers_x]
    statements_y = {program.statement(op.node): op for op in only_y}
    for op in only_x:
        one, other = program.nodes[op.node], None
        if isinstance(one, ast.Subscript):
            for mate in only_y:
                mine = program.nodes[mate.node]
                if isinstance(mine, ast.Subscript) and _same_depth(
                    program.statement(op.node), program.statement(mate.node), program
                ):
                    other = mate
                    break
        if other is not None:
            source = program.text(number_of(row_index(program.nodes[op.node])))  # type: ignore[arg-type]
            target = program.nodes[other.node]
            assert isinstance(target, ast.Subscript)
            if program.text(number_of(row_index(target))) != source:
                edit = ((number_of(row_index(target)), source),)
                return other.node, (op.node,), (edit,)
    for op in only_x:
        one = program.nodes[op.node]
        if isinstance(one, ast.Call):
            for mate in only_y:
                mine = program.nodes[mate.node]
                if isinstance(mine, ast.Call) and ast.unparse(mine.func) == ast.unparse(one.func):
                    alike = _same_call(program.text, mine, one)
                    return mate.node, (op.node,), () if alike is None else (alike,)
            return op.node, tuple(statements_y), _jointly(rows, op, batch)
    if only_y:
        return only_y[0].node, tuple(op.node for op in only_x), ()
    if only_x:
        return only_x[0].node, (), ()
    return None, (), ()


def _labels_movers(rows: Rows, batch: Batch) -> list[Op]:
    """Return what moved the labels, whether or not their rows could be followed."""
    assert batch.y is not None
    return [op for op in ancestors(rows.trace, batch.y.ref) if _reorders(op)]


def _reorders(op: Op) -> bool:
    """Return whether an operation may change which row stands where."""
    if op.kind == "item":
        return True
    if op.kind != "call":
        return False
    return op.detail[0].rpartition(".")[2] in (
        "shuffle", "permutation", "permuted", "take", "choice", "sort", "flip", "roll", "train_test_split", "resample"
    )  # fmt: skip


def _same_depth(one: int, other: int, program: object) -> bool:
    return program.parents.get(one) == program.parents.get(other)  # type: ignore[attr-defined]


def _same_call(text: Callable[[int], str], mine: ast.Call, other: ast.Call) -> Edit | None:
    """Return an edit that gives a call the settings of another one."""
    if len(mine.args) != len(other.args) or len(mine.keywords) != len(other.keywords):
        return None
    parts = []
    pairs = list(zip(mine.args[1:], other.args[1:], strict=True))
    pairs += [(a.value, b.value) for a, b in zip(mine.keywords, other.keywords, strict=True) if a.arg == b.arg]
    for a, b in pairs:
        if ast.unparse(a) != ast.unparse(b):
            parts.append((number_of(a), text(number_of(b))))
    return tuple(parts) if parts else None


def _jointly(rows: Rows, op: Op, batch: Batch) -> tuple[Edit, ...]:
    """Return an edit that moves labels with the rows, for a shuffle of the rows in place."""
    trace, program = rows.trace, rows.trace.program
    call = program.nodes[op.node]
    statement = program.nodes[program.statement(op.node)]
    if not isinstance(call, ast.Call) or len(call.args) != 1 or not isinstance(statement, ast.Expr):
        return ()
    x = program.text(number_of(call.args[0]))
    assert batch.y is not None
    owners = [
        program.text(number_of(node.value))
        for one in _labels_movers(rows, batch)
        if isinstance(node := program.nodes[one.node], ast.Subscript)
        and one.kind == "item"
        and isinstance(node.value, ast.Name | ast.Attribute)
    ]
    owner = next((text for text in owners if text != x), None)
    if owner is None or trace.rows[op.inputs[0]][0] == "list":
        return ()
    names = {node.id for node in program.nodes if isinstance(node, ast.Name)}
    order = next((name for name in ("order", "permutation") if name not in names), "rows_in_order")
    indent = " " * program.place(number_of(statement)).column
    module = ast.unparse(call.func).rpartition(".")[0] or "np.random"
    text = f"{order} = {module}.permutation(len({x}))\n{indent}{x}, {owner} = {x}[{order}], {owner}[{order}]"
    return (((number_of(statement), text),),)


def targets(rows: Rows) -> Finding | None:
    """Return that the one in a row of targets does not stand at the row's label."""
    trace, program = rows.trace, rows.trace.program
    batch = next((b for b in rows.batches if b.y is not None and b.y.axis is not None and b.y.where), None)
    if batch is None or batch.y is None:
        return None
    value = trace.array(batch.y.ref)
    if value is None or value.ndim != 2 or value.shape[1 - batch.y.axis] < 3:  # type: ignore[operator]
        return None
    hot = np.moveaxis(value, batch.y.axis, 0)  # type: ignore[arg-type]
    classes = hot.shape[1]
    if not np.isin(hot, (0, 1)).all() or not (hot.sum(axis=1) == 1).all():
        return None
    ones = hot.argmax(axis=1)
    for (root, axis), index in batch.y.where.items():
        labels = trace.value(root)
        shape = trace.shape(root)
        if len(shape) != 1 or axis != 0 or not isinstance(labels, np.ndarray) or is_order(trace, root):
            continue
        numbers = labels.astype(float) if labels.dtype.kind in "biuf" else None
        if numbers is None or not np.array_equal(np.unique(numbers), np.arange(classes)):
            continue
        shift = (ones - numbers[index].astype(int)) % classes
        if shift[0] and (shift == shift[0]).all() and len(shift) >= 3:
            op = _writes_ones(rows, batch)
            node, edits = _label_edits(program, op.node) if op is not None else (None, ())
            if node is None:
                return None
            n = int(np.argmax(ones >= 0))
            return Finding(
                node,
                f"The one stands beside its label: row {n} has the label {int(numbers[index[n]])}, and its one stands "
                f"at {int(ones[n])}.",
                "one-hot-off-by-one",
                f"a one at {int(numbers[index[n]])}", [], list(edits),
            )  # fmt: skip
    return None


def _writes_ones(rows: Rows, batch: Batch) -> Op | None:
    """Return the operation that wrote a one into the targets, or took a row of the identity."""
    trace = rows.trace
    assert batch.y is not None
    ops = ancestors(trace, batch.y.ref)
    stores = [op for op in ops if op.kind == "store"]
    if stores:
        return stores[0]
    eyes = {op.out for op in ops if op.kind == "call" and op.detail[0].rpartition(".")[2] in ("eye", "identity")}
    return next((op for op in ops if op.kind == "item" and op.inputs[0] in eyes), None)


def _label_edits(program: object, node: int) -> tuple[int | None, tuple[Edit, ...]]:
    """Return the index that says where a one goes, and that index without its arithmetic."""
    found = program.nodes[node]  # type: ignore[attr-defined]
    target = found.targets[0] if isinstance(found, ast.Assign) else found
    if not isinstance(target, ast.Subscript):
        return node, ()
    index = target.slice.elts[-1] if isinstance(target.slice, ast.Tuple) else target.slice
    inner: ast.AST = index
    while isinstance(inner, ast.BinOp):
        inner = inner.left
    if inner is index:
        return number_of(target), ()
    text = program.text(number_of(inner))  # type: ignore[attr-defined]
    return number_of(index), (((number_of(index), text),),)
