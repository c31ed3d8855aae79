// The same five networks by ONNX Runtime (npm onnxruntime-node), one thread, on inputs of
// the right shape. It does one frame for each line that it reads, and answers with
// milliseconds of processor time.
//
// Two of the models have thousands of subnormal weights, which make the processor stumble. OpenCV
// switches such numbers off while it runs; ONNX Runtime can, but not from node. They are set to
// zero here before loading, which changes no result that counts.
//
//   node ort.mjs MODULES MODELS
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
const [modules, models] = process.argv.slice(2);
const ort = createRequire(modules + '/package.json')('onnxruntime-node');

// fields walks a protobuf message and calls back with the number and value, or
// start and end, of each field.
function fields(b, from, to, each) {
  let at = from;
  const varint = () => {
    let v = 0;
    for (let shift = 1; ; shift *= 128) {
      const c = b[at++];
      v += (c & 127) * shift;
      if (c < 128) return v;
    }
  };
  while (at < to) {
    const key = varint(), wire = key & 7;
    if (wire === 0) each(key >> 3, varint());
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else {
      const n = varint();
      each(key >> 3, at, at + n);
      at += n;
    }
  }
}

// load reads a model and zeroes its subnormal weights. ModelProto.graph is 7,
// GraphProto.initializer 5, TensorProto.data_type 2 (1: float) and raw_data 9.
function load(path) {
  const b = readFileSync(path), view = new DataView(b.buffer, b.byteOffset);
  const tensor = (from, to) => {
    let float = false, raw = [0, 0];
    fields(b, from, to, (f, v, end) => {
      if (f === 2) float = v === 1;
      if (f === 9) raw = [v, end];
    });
    for (let i = raw[0]; float && i + 4 <= raw[1]; i += 4) if (Math.abs(view.getFloat32(i, true)) < 1.17549435e-38) view.setFloat32(i, 0, true);
  };
  fields(b, 0, b.length, (f, from, to) => f === 7 && fields(b, from, to, (g, gFrom, gTo) => g === 5 && tensor(gFrom, gTo)));
  return b;
}

const nets = [['fr_detect', [1, 3, 240, 320], 1], ['fr_landmark', [1, 1, 64, 64], 1], ['fr_liveness', [1, 3, 128, 128], 1],
  ['fr_eye', [1, 1, 24, 24], 2], ['fr_feature', [1, 3, 112, 112], 1]];
const runs = [];
for (const [name, shape, times] of nets) {
  const session = await ort.InferenceSession.create(load(`${models}/${name}.onnx`), { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
  for (let i = 0; i < times; i++) runs.push(() => session.run({ input: new ort.Tensor('float32', data, shape) }));
}
for await (const _ of createInterface({ input: process.stdin })) {
  const start = process.cpuUsage();
  for (const run of runs) await run();
  const { user, system } = process.cpuUsage(start);
  console.log(((user + system) / 1e3).toFixed(4));
}
