// Reads a report as an auditor would, in Chromium, and prints what it saw as
// one JSON object:
//
//     node read.mjs MODULES CHROMIUM PAGE SCREENSHOT SCHEMA JSON
//
// MODULES is a node_modules directory with what package.json names.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, executablePath, page, screenshot, schema, report] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');
const Ajv = require('ajv/dist/2020').default;
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const url = pathToFileURL(page).href;
const seen = { complaints: [], requests: [] };

const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schema, 'utf8')));
seen.schema = validate(JSON.parse(readFileSync(report, 'utf8'))) ? [] : validate.errors.slice(0, 5);

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

async function open(options) {
	const tab = await (await browser.newContext(options)).newPage();
	tab.setDefaultTimeout(120_000);
	tab.on('console', (message) => seen.complaints.push(message.text()));
	tab.on('pageerror', (error) => seen.complaints.push(String(error)));
	tab.on('dialog', (dialog) => { seen.complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
	tab.on('request', (request) => { if (request.url() !== url) seen.requests.push(request.url()); });
	await tab.goto(url);
	return tab;
}

const desktop = { viewport: { width: 1280, height: 900 } };
const phone = { width: 390, height: 844 };
const visible = (tab) => tab.locator('table.listing tbody tr:visible').allTextContents();
const everything = (tab) => tab.locator('table.listing tbody tr').count();

{
	const tab = await open(desktop);
	seen.title = await tab.title();
	seen.pwned = await tab.evaluate(() => window.pwned ?? null);
	seen.elements = await tab.evaluate(() => Object.fromEntries(['script', 'style', 'img', 'iframe', 'b', 'h1', 'svg']
		.map((name) => [name, document.querySelectorAll(name).length])));
	seen.entries = await everything(tab);
	seen.count = await tab.locator('#count').textContent();
	await tab.getByLabel('Find', { exact: true }).fill('CUSTOMER select');
	seen.found = await visible(tab);
	seen.foundCount = await tab.locator('#count').textContent();
	await tab.getByLabel('Class', { exact: true }).selectOption('column');
	seen.columns = await visible(tab);
	await tab.getByLabel('Find', { exact: true }).fill('no such thing');
	seen.nothing = await visible(tab);
	await tab.getByLabel('Find', { exact: true }).fill('');
	await tab.getByLabel('Class', { exact: true }).selectOption('');
	seen.again = (await visible(tab)).length;
	// the page's policy lets no other script run
	seen.injected = await tab.evaluate(() => {
		const script = document.createElement('script');
		script.textContent = 'window.injected = 1';
		document.body.append(script);
		return window.injected ?? null;
	});
	seen.complaints = seen.complaints.filter((text) => !/Content Security Policy/.test(text));
	await tab.screenshot({ path: screenshot });
	await tab.emulateMedia({ media: 'print' });
	seen.printed = { form: await tab.locator('form').isVisible(), head: await tab.locator('h1').isVisible() };
}
{
	const tab = await open({ ...desktop, javaScriptEnabled: false });
	seen.unscripted = { entries: await everything(tab), form: await tab.locator('form').isVisible() };
}
{
	// axe is no part of the page, whose policy would refuse it
	const tab = await open({ ...desktop, bypassCSP: true });
	await tab.evaluate(axe);
	const violations = async () => {
		const found = await tab.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
		return found.violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`);
	};
	seen.violations = await violations();
	await tab.setViewportSize(phone);
	seen.phone = await tab.evaluate(() => document.documentElement.scrollWidth);
	seen.violations.push(...await violations());
}
await browser.close();
console.log(JSON.stringify(seen));
