// The same five networks by ONNX Runtime (npm onnxruntime-node), one thread, on inputs of the right shape. Prints the median and
// the lowest tenth of milliseconds of processor time.
//
//   node ort.mjs MODULES MODELS ROUNDS
import { createRequire } from 'node:module';
const [modules, models, rounds] = process.argv.slice(2);
const ort = createRequire(modules + '/package.json')('onnxruntime-node');
const nets = [['fr_detect', [1, 3, 240, 320], 1], ['fr_landmark', [1, 1, 64, 64], 1], ['fr_liveness', [1, 3, 128, 128], 1],
  ['fr_eye', [1, 1, 24, 24], 2], ['fr_feature', [1, 3, 112, 112], 1]];
const runs = [];
for (const [name, shape, times] of nets) {
  const session = await ort.InferenceSession.create(`${models}/${name}.onnx`, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i));
  for (let i = 0; i < times; i++) runs.push(() => session.run({ input: new ort.Tensor('float32', data, shape) }));
}
const all = [];
for (let r = -3; r < Number(rounds); r++) {
  const start = process.cpuUsage();
  for (const run of runs) await run();
  const { user, system } = process.cpuUsage(start);
  if (r >= 0) all.push((user + system) / 1e3);
}
all.sort((a, b) => a - b);
console.log(`onnxruntime-networks-alone ${all[all.length >> 1].toFixed(3)} ${all[Math.floor(all.length / 10)].toFixed(3)}`);
