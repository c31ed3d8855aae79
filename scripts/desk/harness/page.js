// The page under test, as its user has it: what is seen, clicked and written, by its words. A word
// may be given by its id, "page.people", which is said in the language of the run.

import fs from 'node:fs'
import path from 'node:path'
import {execFileSync} from 'node:child_process'
import {createRequire} from 'node:module'
import {pathToFileURL} from 'node:url'
import {secret} from './unit.js'

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** How long to wait for what should be seen, ms. */
const patience = 20_000

export class Page {
  /**
   * @param {import('playwright-core').Page} raw
   * @param {string} lang
   * @param {string} file the desk page
   * @param {string} shots folder for pictures; empty: none are made
   * @param {import('./unit.js').Unit} unit at whose reader a second factor is tapped
   */
  constructor(raw, lang, file, shots, unit) {
    /** Playwright's page, for what is not offered here. */
    this.raw = raw
    this.lang = lang
    this.file = file
    this.shots = shots
    this.unit = unit
    /** What the page must never do: requests to elsewhere, errors, violations of its policy. */
    this.faults = []
    /** Of a page that is served; it may speak to there. */
    this.origin = ''
    raw.setDefaultTimeout(patience)
    raw.context().on('request', (r) => {
      if (!/^(file|data|blob):/.test(r.url()) && !(this.origin && r.url().startsWith(this.origin + '/'))) this.faults.push(`a request to ${r.url().slice(0, 200)}`)
    })
    raw.on('pageerror', (e) => this.faults.push(`an error: ${e.stack ?? e.message}`))
    raw.on('console', (m) => {
      if (m.type() === 'error') this.faults.push(`on the browser's console: ${m.text()}`)
    })
    raw.on('dialog', (d) => {
      this.faults.push(`a ${d.type()} that nobody asked for: ${d.message()}`)
      d.dismiss().catch(() => {})
    })
  }

  /** Opens the page from the disk, or another file; or what is served at an address. */
  async open(file = this.file) {
    const served = file.startsWith('http:')
    if (served) this.origin = new URL(file).origin
    await this.raw.goto(served ? file : pathToFileURL(file).href)
    if (served) await this.raw.waitForURL((url) => url.hash === '#/') // it has taken the token out
    const table = await this.raw.evaluate(() => document.querySelector('#words')?.textContent)
    this.words = {...catalogue(this.lang), ...table && JSON.parse(table)[this.lang]}
  }

  /** Opens the page and chooses the unit, up to the log-in. */
  async connect() {
    await this.open()
    await this.click('page.choose-port')
    await this.raw.getByRole('heading', {name: this.say('page.log-in-heading')}).waitFor()
  }

  /**
   * Logs in, from a page that was not opened yet, or from its log-in.
   * @param {string} [name]
   * @param {{secret?: string, card?: number, view?: string}} [o] card: the second factor; view: what to
   *   wait for, by the title of its heading; empty: nothing
   */
  async logIn(name = 'anna', {secret: with_ = secret, card, view = 'page.today'} = {}) {
    if (!this.words) await this.connect()
    await this.fill('page.name-of-account', name)
    await this.fill('page.secret', with_)
    await this.click('page.log-in')
    if (card !== undefined) {
      await this.see('desk.tap-own-card')
      await this.unit.tap(card)
    }
    if (view) await this.heading(view)
    else await this.settled()
  }

  /** Waits until nothing on the page waits for the unit. */
  async settled(seconds = 20) {
    await this.raw.waitForFunction(() => !document.querySelector('[aria-busy=true]'), null, {timeout: seconds * 1000})
  }

  /** Goes to a view by its name in the navigation: "page.people". */
  async go(view) {
    await this.click(view, {within: this.raw.getByRole('navigation')})
    await this.heading(view)
  }

  /** Waits until a view's heading is shown. */
  async heading(words) {
    await this.raw.getByRole('heading', {level: 1, name: this.said(words)}).waitFor()
  }

  /**
   * A word of the page or the unit by its id, with its arguments; a number of things for a plural.
   * @param {string} id
   * @param {...(string|number)} args
   */
  say(id, ...args) {
    let text = this.words?.[id]
    if (typeof text === 'object') {
      const rules = new Intl.PluralRules(this.lang)
      text = text[Object.keys(text).find((n) => rules.select(Number(n)) === rules.select(Number(args[0])))]
    }
    return text === undefined ? id : text.replace(/\{(\d)\}|%\[?(\d?)\]?[a-z]/g, (_, n, m) => String(args[(n || m || 1) - 1] ?? ''))
  }

  /** @param {string|RegExp} words */
  said(words) { return typeof words === 'string' ? this.say(words) : words }

  /** Where to look: the whole page, or a region, dialog, row, … by its name. */
  at(within) {
    if (!within) return this.raw.locator('body')
    if (typeof within !== 'string') return within
    const name = this.said(within)
    return ['dialog', 'alertdialog', 'region', 'row', 'listitem', 'form', 'group', 'navigation']
      .map((role) => this.raw.getByRole(/** @type {any} */ (role), {name}))
      .reduce((all, one) => all.or(one)).first()
  }

  /**
   * Waits until words are seen.
   * @param {string|RegExp} words
   * @param {{within?: any, seconds?: number}} [o]
   */
  async see(words, {within, seconds = patience / 1000} = {}) {
    const found = this.at(within).getByText(this.said(words)).filter({visible: true}).first()
    await found.waitFor({timeout: seconds * 1000}).catch(() => {
      throw new Error(`not seen: ${this.said(words)}`)
    })
    return found
  }

  /** Waits until words are seen no longer. @param {string|RegExp} words @param {{within?: any, seconds?: number}} [o] */
  async gone(words, {within, seconds = patience / 1000} = {}) {
    const found = this.at(within).getByText(this.said(words)).filter({visible: true}).first()
    await found.waitFor({state: 'hidden', timeout: seconds * 1000}).catch(() => {
      throw new Error(`still seen: ${this.said(words)}`)
    })
  }

  /** Whether words are seen now. */
  async sees(words, {within} = {}) {
    return await this.at(within).getByText(this.said(words)).filter({visible: true}).count() > 0
  }

  /** A button, link, tab or the like by its name. @param {string|RegExp} name */
  button(name, {within} = {}) {
    const named = this.said(name)
    return ['button', 'link', 'tab', 'menuitem', 'checkbox', 'radio', 'switch']
      .map((role) => this.at(within).getByRole(/** @type {any} */ (role), {name: named, exact: typeof named === 'string'}))
      .reduce((all, one) => all.or(one))
  }

  /** Clicks it. @param {string|RegExp} name */
  async click(name, o = {}) { await this.button(name, o).first().click() }

  /** Writes into a field. @param {string|RegExp} label @param {string} text */
  async fill(label, text, {within} = {}) { await this.field(label, within).fill(text) }

  /** Chooses in a list. @param {string|RegExp} label @param {string} option its label */
  async choose(label, option, {within} = {}) {
    await this.field(label, within).selectOption({label: this.said(option)})
  }

  /** Gives a file to a field. @param {string|RegExp} label @param {string} name @param {string|Buffer} content */
  async give(label, name, content, {within} = {}) {
    await this.field(label, within).setInputFiles({name, mimeType: 'application/octet-stream', buffer: Buffer.from(content)})
  }

  /** The field of a label. @param {string|RegExp} label */
  field(label, within) {
    const named = this.said(label)
    return this.at(within).getByLabel(named, {exact: typeof named === 'string'}).filter({visible: true}).first()
  }

  /** Does what makes the page save a file, and gives it. @param {() => Promise<any>} act */
  async saves(act) {
    const [download] = await Promise.all([this.raw.waitForEvent('download'), act()])
    return {name: download.suggestedFilename(), bytes: fs.readFileSync(await download.path())}
  }

  /** Presses keys: "Tab", "Control+Enter". */
  async keys(...keys) { for (const k of keys) await this.raw.keyboard.press(k) }

  /** The name of what has the focus. */
  focused() {
    return this.raw.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim())
  }

  /**
   * Takes pictures of what is shown: wide and narrow, light and dark; print: as A4 pages too. They
   * are NAME.LANG.WIDTH.png, with .dark, and NAME.LANG.print-1.png.
   * @param {string} name
   * @param {{widths?: number[], dark?: boolean, print?: boolean}} [o]
   */
  async shot(name, {widths = [1280, 390], dark = true, print = false} = {}) {
    if (!this.shots) return
    const size = this.raw.viewportSize()
    const to = (what) => path.join(this.shots, `${name}.${this.lang}.${what}`)
    for (const width of widths) {
      await this.raw.setViewportSize({width, height: width < 600 ? 844 : 800})
      for (const colorScheme of dark ? ['light', 'dark'] : ['light']) {
        await this.raw.emulateMedia({colorScheme: /** @type {any} */ (colorScheme)})
        const fullPage = await this.raw.locator('dialog[open]').count() === 0 // its backdrop is as large as the window
        await this.raw.screenshot({path: to(width + (colorScheme === 'dark' ? '.dark.png' : '.png')), fullPage})
      }
    }
    await this.raw.emulateMedia({colorScheme: null})
    await this.raw.setViewportSize(size)
    if (print) await this.print(name)
  }

  /** Prints on A4, and gives the number of pages. */
  async print(name) {
    if (!this.shots) return 0
    const pdf = path.join(this.shots, `${name}.${this.lang}.pdf`)
    await this.raw.pdf({path: pdf, format: 'A4', printBackground: true, preferCSSPageSize: true})
    execFileSync('pdftoppm', ['-png', '-r', '80', pdf, pdf.replace(/\.pdf$/, '.print')])
    return fs.readdirSync(this.shots).filter((f) => f.startsWith(`${name}.${this.lang}.print-`)).length
  }

  /**
   * Holds what is shown against WCAG 2.2 AA (axe-core), in light and dark; and that nothing is wider
   * than a screen of 320 pixels (1.4.10).
   */
  async axe() {
    if (!await this.raw.evaluate(() => 'axe' in window)) await this.raw.evaluate(axeSource)
    const found = []
    for (const colorScheme of ['dark', 'light']) {
      await this.raw.emulateMedia({colorScheme: /** @type {any} */ (colorScheme)})
      const {violations} = await this.raw.evaluate((runOnly) => window.axe.run(document, {runOnly, resultTypes: ['violations']}), wcag)
      for (const v of violations) {
        found.push(...v.nodes.map((n) => `${v.id}, ${colorScheme}: ${n.html.slice(0, 200)} ${n.failureSummary}`))
      }
    }
    await this.raw.emulateMedia({colorScheme: null})
    const size = this.raw.viewportSize()
    await this.raw.setViewportSize({width: 320, height: 640})
    const wide = await this.raw.evaluate(() => document.documentElement.scrollWidth)
    await this.raw.setViewportSize(size)
    if (wide > 320) found.push(`at 320 pixels the page is ${wide} wide`)
    if (found.length) throw new Error(`not accessible:\n  ${found.join('\n  ')}`)
  }

  /** Notes a figure: what was measured, and how much of it. */
  figure(what, value, unit) {
    console.log(`figure: ${what}: ${value} ${unit}`)
    if (this.shots) fs.appendFileSync(path.join(this.shots, '..', 'figures.txt'), `${what}\t${value}\t${unit}\n`)
  }

  /** Notes how long something takes, from the act until it ends. @template T @param {() => Promise<T>} act */
  async timed(what, act) {
    const begun = performance.now()
    const result = await act()
    this.figure(what, ((performance.now() - begun) / 1000).toFixed(2), 's')
    return result
  }

  /** Says what is wrong when the page did what it must never do. */
  check() {
    if (this.faults.length) throw new Error(`the page did what it must not:\n  ${this.faults.join('\n  ')}`)
  }

  /** Tells a failure, with what was on the page. */
  async failed(error) {
    console.log(error.stack ?? error)
    for (const fault of this.faults) console.log(fault)
    const seen = await this.raw.locator('body').ariaSnapshot({timeout: 2000}).catch((e) => String(e))
    console.log(`on the page (${this.raw.url().replace(/.*\//, '')}):\n${seen}`)
    if (this.shots) await this.raw.screenshot({path: path.join(this.shots, `failed.${this.lang}.png`), fullPage: true}).catch(() => {})
  }
}

/** What the unit says in a language, by id; but plurals. */
function catalogue(lang) {
  const words = {}
  let section = ''
  for (const line of fs.readFileSync(new URL(`../../../internal/i18n/catalogue/${lang}.toml`, import.meta.url), 'utf8').split('\n')) {
    section = line.match(/^\[(.*)\]$/)?.[1] ?? section
    const [, id, text] = line.match(/^([\w-]+) = (".*")$/) ?? []
    if (id) words[`${section}.${id}`] = JSON.parse(text)
  }
  return words
}
