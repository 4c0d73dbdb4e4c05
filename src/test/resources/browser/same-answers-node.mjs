// node same-answers-node.mjs SDK SNAPSHOT USERS ANSWERS: writes what each user gets to the file ANSWERS
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { answer } from './same-answers.mjs'

const [sdk, snapshot, users, answers] = process.argv.slice(2)
const { createClient } = await import(pathToFileURL(sdk))
const client = createClient({ snapshot: JSON.parse(readFileSync(snapshot, 'utf8')) })
const lines = readFileSync(users, 'utf8').trimEnd().split('\n')
writeFileSync(answers, answer(client, lines).join('\n'))
