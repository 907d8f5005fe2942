"""Makes the PyTorch files beside it with Python's own pickle and zipfile: the layouts of torch.save, without PyTorch."""
import collections, io, os, pickle, struct, sys, types, zipfile

here = os.path.dirname(os.path.abspath(__file__))
torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
sys.modules.update({"torch": torch, "torch._utils": utils})
sizes = {"FloatStorage": (4, "f"), "HalfStorage": (2, "e"), "LongStorage": (8, "q"), "BoolStorage": (1, "?")}
for name in sizes:
    setattr(torch, name, type(name, (), {"__module__": "torch"}))


def _rebuild_tensor_v2():
    raise NotImplementedError


def _rebuild_parameter():
    raise NotImplementedError


for function in (_rebuild_tensor_v2, _rebuild_parameter):
    function.__module__ = "torch._utils"
    setattr(utils, function.__name__, function)


class Storage:
    def __init__(self, key, kind, values):
        self.key, self.kind, self.values = key, kind, values

    def data(self):
        return struct.pack(f"<{len(self.values)}{sizes[self.kind][1]}", *self.values)


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.parts = (storage, offset, shape, strides, False, collections.OrderedDict())

    def __reduce__(self):
        return utils._rebuild_tensor_v2, self.parts


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        return utils._rebuild_parameter, (self.tensor, True, collections.OrderedDict())


def save(value, legacy, protocol):
    stream, storages = io.BytesIO(), {}

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if not isinstance(item, Storage):
                return None
            storages[item.key] = item
            fields = ("storage", getattr(torch, item.kind), item.key, "cpu", len(item.values))
            return fields + (None,) if legacy else fields

    Pickler(stream, protocol).dump(value)
    return stream.getvalue(), storages


def model():
    shared = Storage("0", "FloatStorage", [float(i) for i in range(12)])
    half = Storage("1", "HalfStorage", [0.5, -2.0])
    return {
        "model": collections.OrderedDict(
            [
                ("blocks.0.weight", Tensor(shared, 0, (2, 3), (3, 1))),
                ("blocks.0.turned", Tensor(shared, 6, (3, 2), (1, 3))),
                ("half", Parameter(Tensor(half, 0, (2,), (1,)))),
                ("scalar", Tensor(Storage("2", "LongStorage", [7]), 0, (), ())),
            ]
        ),
        "flags": [Tensor(Storage("3", "BoolStorage", [True, False]), 0, (2,), (1,))],
        "epoch": 12,
        "rate": 0.25,
        "names": ("a", {"b": None}),
    }


for protocol in (2, 4):
    text, storages = save(model(), legacy=False, protocol=protocol)
    with zipfile.ZipFile(os.path.join(here, f"zipped-protocol{protocol}.pt"), "w") as archive:
        archive.writestr("model/data.pkl", text)
        archive.writestr("model/byteorder", "little")
        for key, storage in storages.items():
            archive.writestr(f"model/data/{key}", storage.data())
        archive.writestr("model/version", "3\n")

text, storages = save(model(), legacy=True, protocol=2)
with open(os.path.join(here, "legacy.pth"), "wb") as file:
    pickle.dump(0x1950A86A20F9469CFC6C, file, 2)
    pickle.dump(1001, file, 2)
    pickle.dump({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, file, 2)
    file.write(text)
    pickle.dump(sorted(storages), file, 2)
    for key in sorted(storages):
        file.write(struct.pack("<q", len(storages[key].values)) + storages[key].data())
