#!/usr/bin/env node
/**
 * Reads the SAM and the Terraform example with the linters of their own languages: cfn-lint, `sam validate --lint` and a parser of HCL.
 * They come from PyPI, into node_modules/.cache. Where they cannot be had it ends with 77: not run.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fromRoot } from './lib/from-root.mjs';
import { installPython, notRun } from './lib/python-tools.mjs';

const bin = installPython('templates', ['aws-sam-cli==1.170.0', 'cfn-lint==1.58.0', 'python-hcl2==8.1.4']);
if (bin === undefined) process.exit(notRun);

const sam = fromRoot('samples/deploy/sam/template.yaml');
const terraform = fromRoot('samples/deploy/terraform/main.tf');
const checks = [
  ['cfn-lint', ['--regions', 'us-east-1', 'eu-central-1', 'cn-north-1', 'us-gov-west-1', '--', sam]],
  ['sam', ['validate', '--lint', '--region', 'us-east-1', '--template', sam]],
  ['hcl2tojson', [terraform]],
];
const results = checks.map(([tool, args]) => check(tool, args));
process.exitCode = results.every(Boolean) ? 0 : 1;

function check(tool, args) {
  const env = { ...process.env, SAM_CLI_TELEMETRY: '0' };
  const { status, stdout, stderr } = spawnSync(join(bin, tool), args, {
    encoding: 'utf8',
    env,
    maxBuffer: 1e8,
  });
  console.log(`${status === 0 ? '✔' : '✖'} ${tool} ${args.at(-1)}`);
  if (status !== 0) console.log(`${stdout}${stderr}`);
  return status === 0;
}
