"""Are the data found in the right order, verified, and refused in one sentence where they are broken?"""

import gzip
import hashlib
import http.server
import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pooch.downloaders
import pytest

from scratch import datasets
from scratch.arrays import Array
from scratch.datasets import DataError, Dataset, dataset, files, sources

Arrays = dict[str, Array]
REAL = Path(os.environ.get(sources.DIRECTORY_VARIABLE) or "not named")


def small(**changes: Any) -> Arrays:
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (6, 4, 5), np.uint8),
        "y_train": np.array([5, 0, 4, 1, 9, 2], np.uint8),
        "x_test": rng.integers(0, 256, (2, 4, 5), np.uint8),
        "y_test": np.array([7, 2], np.uint8),
    }
    return arrays | changes


def write_npz(directory: Path, name: str = "mnist", **changes: Any) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.npz"
    arrays: dict[str, Any] = small(**changes)
    np.savez(path, **arrays)
    return path


def write_idx(directory: Path, arrays: Arrays, zipped: bool = True) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for key, name in files.IDX_FILES.items():
        array = arrays[key]
        content = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()
        (directory / (f"{name}.gz" if zipped else name)).write_bytes(gzip.compress(content) if zipped else content)


@pytest.fixture(autouse=True)
def nothing_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No directory named, empty caches, and a network that refuses at once."""
    monkeypatch.delenv(sources.DIRECTORY_VARIABLE, raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv(sources.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(sources, "ADDRESS", "http://127.0.0.1:9/")


def same(found: Dataset, arrays: Arrays) -> bool:
    return all(np.array_equal(getattr(found, key), arrays[key]) for key in dataset.KEYS)


def test_a_named_directory_comes_first_then_the_variable_then_kerass_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = write_npz(tmp_path / "keras" / "datasets")
    assert datasets.load("mnist").source == str(cached)
    by_variable = write_npz(tmp_path / "variable")
    monkeypatch.setenv(sources.DIRECTORY_VARIABLE, str(by_variable.parent))
    assert datasets.load("mnist").source == str(by_variable)
    named = write_npz(tmp_path / "named")
    assert datasets.load("mnist", named.parent).source == str(named)


def test_keras_home_is_in_the_home_directory_unless_it_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    path = write_npz(tmp_path / ".keras" / "datasets")
    assert datasets.load("mnist").source == str(path)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("folder", ["", "fashion_mnist", "fashion-mnist"])
def test_the_original_idx_files_are_read(tmp_path: Path, zipped: bool, folder: str) -> None:
    write_idx(tmp_path / "data" / folder, small(), zipped)
    found = datasets.load("fashion_mnist", tmp_path / "data")
    assert found.source == str(tmp_path / "data" / folder)
    assert same(found, small())


def test_idx_files_of_another_set_are_not_taken_for_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path / "data", small())
    monkeypatch.setitem(dataset.PUBLISHED, "fashion_mnist", dataset.digest(small()))
    assert datasets.load("fashion_mnist", tmp_path / "data").verified
    with pytest.raises(DataError, match=r"mnist is not to be had: .*data's idx files \(not this set\)"):
        datasets.load("mnist", tmp_path / "data")


def test_three_of_four_idx_files_are_none(tmp_path: Path) -> None:
    write_idx(tmp_path / "data", small())
    (tmp_path / "data" / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match="not to be had"):
        datasets.load("mnist", tmp_path / "data")


def test_what_is_not_the_published_set_carries_a_notice(tmp_path: Path) -> None:
    found = datasets.load("mnist", write_npz(tmp_path).parent)
    assert not found.verified
    assert found.notice is not None
    assert "is not the published mnist" in found.notice


def test_what_is_the_published_set_carries_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dataset.PUBLISHED, "mnist", dataset.digest(small()))
    found = datasets.load("mnist", write_npz(tmp_path).parent)
    assert found.verified
    assert found.notice is None


def test_the_digest_tells_a_pixel_a_type_and_a_shape_apart() -> None:
    changed = small()["x_train"].copy()
    changed[0, 0, 0] ^= 1
    variants = [
        small(),
        small(x_train=changed),
        small(y_test=small()["y_test"].astype(np.int64)),
        small(x_train=small()["x_train"].reshape(6, 5, 4)),
    ]
    assert len({dataset.digest(arrays) for arrays in variants}) == len(variants)


@pytest.mark.parametrize(("name", "fives"), [("mnist", 5421), ("fashion_mnist", 6000)])
def test_the_real_sets_are_the_published_ones(name: str, fives: int) -> None:
    if not (REAL / f"{name}.npz").is_file():
        pytest.skip(f"the real {name} is not at hand: set FIVE_OR_NOT_DATA to a directory that holds {name}.npz")
    found = datasets.load(name, REAL)
    assert found.x_train.shape == (60000, 28, 28)
    assert found.x_test.shape == (10000, 28, 28)
    assert np.bincount(found.y_train)[5] == fives
    assert (found.verified, found.notice) == (True, None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"x_train": np.full((6, 4, 5), np.nan)}, "x_train holds NaN or infinite pixels"),
        ({"x_test": np.full((2, 4, 5), np.inf)}, "x_test holds NaN or infinite pixels"),
        ({"x_train": np.full((6, 4, 5), "a")}, "x_train must hold numbers"),
        ({"x_train": np.zeros((6, 20))}, "x_train must have three axes"),
        ({"x_test": np.zeros((0, 4, 5)), "y_test": np.zeros(0, np.uint8)}, "x_test is empty"),
        ({"y_train": np.zeros(5, np.uint8)}, "6 images need the shape"),
        ({"y_train": np.zeros((6, 1), np.uint8)}, "6 images need the shape"),
        ({"y_train": np.full(6, 10)}, "whole numbers from 0 to 9"),
        ({"y_train": np.full(6, -1)}, "whole numbers from 0 to 9"),
        ({"y_train": np.full(6, 0.5)}, "whole numbers from 0 to 9"),
        ({"y_train": np.full(6, np.nan)}, "whole numbers from 0 to 9"),
        ({"y_train": np.full(6, "5")}, "whole numbers from 0 to 9"),
        ({"x_test": np.zeros((2, 5, 5))}, "they must be alike"),
        ({"x_train": np.array([[["a", None]]], object)}, "holds pickled objects"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_arrays_that_are_no_data_set_are_refused(changes: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    path = write_npz(tmp_path, **changes)
    with pytest.raises(DataError, match=sentence) as refusal:
        datasets.load("mnist", tmp_path)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64])
def test_labels_of_any_type_come_back_as_uint8(dtype: type, tmp_path: Path) -> None:
    write_npz(tmp_path, y_train=small()["y_train"].astype(dtype))
    found = datasets.load("mnist", tmp_path)
    assert found.y_train.dtype == np.uint8
    assert same(found, small())


def test_a_directory_may_be_named_as_text(tmp_path: Path) -> None:
    assert datasets.load("mnist", str(write_npz(tmp_path).parent)).name == "mnist"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)


def encrypt(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag in the first entry of the archive's directory
    path.write_bytes(content)


def shorten_an_array(path: Path) -> None:
    with zipfile.ZipFile(path) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content[:-1])


def put_text_in_it(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        for key in dataset.KEYS:
            archive.writestr(key, "no array")


def replace_by_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (truncate, "truncated, corrupt or unreadable"),
        (spoil, "truncated, corrupt or unreadable"),
        (encrypt, "truncated, corrupt or unreadable"),
        (shorten_an_array, "truncated, corrupt or unreadable"),
        (replace_by_a_directory, "truncated, corrupt or unreadable"),
        (put_text_in_it, "lacks x_train, y_train, x_test, y_test"),
        (lambda path: path.write_bytes(b""), "is no .npz"),
        (lambda path: path.write_text("hello"), "is no .npz"),
        (lambda path: np.save(path.open("wb"), np.zeros(3)), "is no .npz"),
        (lambda path: np.savez(path, x_train=np.zeros(1)), "lacks y_train, x_test, y_test"),
    ],
)
@pytest.mark.parametrize("name", ["mnist", "auto"])
def test_a_broken_file_is_refused_and_never_passed_over(damage: Any, sentence: str, name: str, tmp_path: Path) -> None:
    damage(write_npz(tmp_path))
    with pytest.raises(DataError, match=sentence):
        datasets.load(name, tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x00\x00\x08\x01" + b"\x00\x00\x00\x06" + bytes(6), "starts with 00000801 where an idx file has 00000803"),
        (b"", "starts with nothing"),
        (b"\x00\x00\x08\x03" + b"\x00\x00\x00\x06\x00\x00\x00\x04\x00\x00\x00\x05" + bytes(7), "holds 7 bytes"),
        (b"\x00\x00\x08\x03\x00\x00\x00\x06", "holds 0 bytes"),
        (b"\x00\x00\x08\x03" + b"\x80\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x04", "holds 0 bytes"),  # 2**64 pixels
    ],
)
def test_an_idx_file_with_a_wrong_header_is_refused(content: bytes, sentence: str, tmp_path: Path) -> None:
    write_idx(tmp_path, small())
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match=sentence):
        datasets.load("mnist", tmp_path)


def test_a_truncated_gz_is_refused(tmp_path: Path) -> None:
    write_idx(tmp_path, small())
    truncate(tmp_path / "train-images-idx3-ubyte.gz")
    with pytest.raises(DataError, match="truncated, corrupt or unreadable"):
        datasets.load("mnist", tmp_path)


@pytest.mark.parametrize("name", ["mnist", "auto"])
def test_a_named_directory_that_is_not_there_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="is not a directory"):
        datasets.load(name, tmp_path / "missing")
    monkeypatch.setenv(sources.DIRECTORY_VARIABLE, str(tmp_path / "missing"))
    with pytest.raises(DataError, match="is not a directory"):
        datasets.load(name)


@pytest.mark.parametrize("name", ["mnist", "auto"])
def test_a_directory_that_may_not_be_searched_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", denied)
    with pytest.raises(DataError, match=r"mnist\.npz cannot be read \(Permission denied\)"):
        datasets.load(name, tmp_path)


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(DataError, match="auto, digits, fashion_mnist, mnist"):
        datasets.load("cifar")


class Serving:
    """A server on the loopback address that hands out what it is given, or half of it."""

    def __init__(self, content: bytes, half: bool = False) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[: len(content) // 2] if half else content)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return write_npz(tmp_path / "server").read_bytes()


@pytest.fixture
def serving(content: bytes, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    server = Serving(content, half=request.param == "half")
    known = "0" * 64 if request.param == "wrong" else hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(sources, "ADDRESS", server.address)
    monkeypatch.setitem(sources.DOWNLOADS, "mnist", {"mnist.npz": f"sha256:{known}"})
    yield server
    server.close()


@pytest.mark.parametrize("serving", ["whole"], indirect=True)
def test_a_download_is_verified_and_kept(serving: Serving, tmp_path: Path) -> None:
    found = datasets.load("mnist")
    assert same(found, small())
    assert serving.address in found.source
    serving.close()
    assert same(datasets.load("mnist"), small())  # from the cache, the server being gone
    assert [path.name for path in (tmp_path / "cache" / "mnist").iterdir()] == ["mnist.npz"]


@pytest.mark.parametrize("serving", ["wrong"], indirect=True)
@pytest.mark.parametrize("name", ["mnist", "auto"])
def test_a_download_with_another_hash_is_refused_and_not_kept(serving: Serving, name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="sent something else than mnist") as refusal:
        datasets.load(name)
    for part in (str(tmp_path / "keras" / "datasets"), serving.address, "--data", "FIVE_OR_NOT_DATA"):
        assert part in str(refusal.value)
    assert list((tmp_path / "cache" / "mnist").iterdir()) == []


@pytest.mark.parametrize("serving", ["half"], indirect=True)
def test_a_download_that_breaks_off_leaves_nothing_broken(serving: Serving, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        datasets.load("mnist")
    assert list((tmp_path / "cache" / "mnist").iterdir()) == []


@pytest.mark.parametrize("serving", ["whole"], indirect=True)
def test_a_damaged_download_is_replaced(serving: Serving, tmp_path: Path) -> None:
    write_npz(tmp_path / "cache" / "mnist", x_train=np.zeros((6, 4, 5), np.uint8))
    assert same(datasets.load("mnist"), small())


@pytest.mark.parametrize("name", ["mnist", "auto"])
def test_a_damaged_download_is_not_passed_over_where_there_is_no_network(name: str, tmp_path: Path) -> None:
    path = write_npz(tmp_path / "cache" / "mnist")
    with pytest.raises(DataError, match=f"found {re.escape(str(path))} damaged and could not download it anew"):
        datasets.load(name)


def test_without_network_mnist_says_what_was_tried_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refusal:
        datasets.load("mnist")
    tried = [str(tmp_path / "keras" / "datasets"), str(tmp_path / "cache" / "mnist"), "http://127.0.0.1:9/mnist.npz"]
    for part in (*tried, "could not download it", "--data", "FIVE_OR_NOT_DATA"):
        assert part in str(refusal.value)


def test_without_network_auto_falls_back_to_digits_and_says_so() -> None:
    found = datasets.load("auto")
    assert found.name == "digits"
    assert found.notice is not None
    assert found.notice.startswith("These are NOT the MNIST images but digits of 8×8 pixels")


@pytest.mark.parametrize("framework", ["pooch", "tqdm"])
def test_without_a_download_library_it_says_so(framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pooch.downloaders, "tqdm", None)
    monkeypatch.setitem(sys.modules, framework, None)
    with pytest.raises(DataError, match=f"{framework} is not installed"):
        datasets.load("mnist")


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(sources.CACHE_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(DataError, match="cannot keep a download in"):
        datasets.load("mnist")


def test_digits_are_split_80_to_20_the_same_way_every_time() -> None:
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    assert x_train.shape == (1437, 8, 8)
    assert x_test.shape == (360, 8, 8)
    assert (y_train.shape, y_test.shape) == ((1437,), (360,))
    assert x_train.dtype == np.uint8
    assert x_train.max() == datasets.load("digits").peak == 16
    assert np.array_equal(datasets.digits.load_data()[0][0], x_train)


def test_digits_are_verified_and_not_only_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert datasets.load("digits").verified
    monkeypatch.setitem(dataset.PUBLISHED, "digits", "another")
    assert not datasets.load("digits").verified


def test_importing_the_data_sets_imports_no_library_but_numpy() -> None:
    code = "import sys, scratch.datasets; print(*{'pooch', 'requests', 'tqdm', 'sklearn', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_without_scikit_learn_digits_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match="pip install scikit-learn"):
        datasets.load("digits")


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_load_data_returns_what_keras_returns(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(sources.DIRECTORY_VARIABLE, str(write_npz(tmp_path, name).parent))
    (x_train, y_train), (x_test, y_test) = getattr(datasets, name).load_data()
    assert np.array_equal(x_train, small()["x_train"])
    assert np.array_equal(y_test, small()["y_test"])
    assert len(y_train) == 6
    assert len(x_test) == 2
