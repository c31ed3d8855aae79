// run.js            lists the flows with their options, as JSON
// run.js FLOW LANG  runs one; see desk_test.go for what it is given

import fs from 'node:fs'
import process from 'node:process'
import {chromium, firefox} from 'playwright-core'
import {Page} from './page.js'
import {bridge, cableAt} from './serial.js'
import {Unit} from './unit.js'

const flows = new URL('../flows/', import.meta.url)

/** No request of the browser's own finds a way out either; of a served page, to this computer. */
const args = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']

async function list() {
  const all = {}
  for (const file of fs.readdirSync(flows).filter((f) => f.endsWith('.js'))) {
    const {options = {}} = await import(new URL(file, flows).href)
    all[file.slice(0, -3)] = {languages: ['en', 'zh'], ...options}
  }
  console.log(JSON.stringify(all))
}

async function run(name, lang) {
  const {default: flow} = await import(new URL(name + '.js', flows).href)
  const executablePath = process.env.DESK_BROWSER
  const browser = executablePath.includes('firefox')
    ? await firefox.launch({channel: 'moz-firefox', executablePath}) // by WebDriver BiDi
    : await chromium.launch({executablePath, args})
  const context = await browser.newContext({locale: {en: 'en-GB', zh: 'zh-CN'}[lang], acceptDownloads: true,
    viewport: {width: 1280, height: 800}})
  const cable = await bridge(context, cableAt(process.env.DESK_CABLE))
  const unit = new Unit(cable)
  const page = new Page(await context.newPage(), lang, process.env.DESK_PAGE, process.env.DESK_SHOTS, unit)
  try {
    await flow({unit, page, cable, lang})
    page.check()
  } catch (error) {
    await page.failed(error)
    process.exitCode = 1
  } finally {
    await browser.close()
    unit.close()
  }
}

const [name, lang] = process.argv.slice(2)
await (name ? run(name, lang) : list())
process.exit() // whatever a flow has left open
