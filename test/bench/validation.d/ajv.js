// Validations per second of CPU time: ajv, compiled, without and with parsing.
const fs = require('fs');
const Ajv = require('ajv/dist/2020');
const formats = require('ajv-formats');

const [schemaFile, requestFile, rounds] = process.argv.slice(2);
const ajv = new Ajv({ strict: false });
formats(ajv);
const validate = ajv.compile(JSON.parse(fs.readFileSync(schemaFile)));
const text = fs.readFileSync(requestFile, 'utf8');
const parsed = JSON.parse(text);

function rate(n, once) {
  const start = process.cpuUsage();
  for (let i = 0; i < n; i++)
    if (!once()) throw new Error(JSON.stringify(validate.errors));
  const used = process.cpuUsage(start);
  return n / ((used.user + used.system) / 1e6);
}

rate(500000, () => validate(parsed)); // let the JIT see it
rate(100000, () => validate(JSON.parse(text)));
for (let i = 0; i < rounds; i++)
  console.log(rate(1000000, () => validate(parsed)), rate(300000, () => validate(JSON.parse(text))));
