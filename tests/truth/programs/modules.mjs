import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import first from './lib/first.mjs'
import right from 'right'

console.log(first, right, (await readFile('words')).length)
console.log((await import('./lib/late.mjs')).default)
await import('./lib/absent.mjs').catch((error) => console.log(error.code))
new Worker(new URL('./lib/worker.mjs', import.meta.url))
