// Sends what the first argument, JSON, asks for with the real @segment/analytics-node, and prints what the SDK reported.
import { Analytics } from '@segment/analytics-node'

const { settings, calls, timeout = 20000 } = JSON.parse(process.argv[2])
const analytics = new Analytics(settings)
const errors = []
analytics.on('error', (error) => errors.push(String(error.code ?? error)))
for (const [method, message] of calls) analytics[method](message)
await analytics.closeAndFlush({ timeout })
console.log(JSON.stringify({ errors }))
