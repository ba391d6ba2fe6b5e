const fs = require('fs')
const path = require('path')
const { execFileSync, spawnSync } = require('child_process')

require('./lib/first')
require('left')
console.log(JSON.stringify(require('./lib/data.json')))
for (const name of ['./absent', 'nowhere']) {
	try {
		require(name)
	} catch (error) {
		console.log(error.code)
	}
}
console.log(fs.existsSync('nothing'), fs.readdirSync('lib'), fs.statSync('words').size)
fs.mkdirSync('made/deep', { recursive: true })
fs.writeFileSync('made/deep/file', fs.readFileSync('words'))
fs.appendFileSync('made/deep/file', 'more')
fs.copyFileSync('made/deep/file', 'made/copy')
fs.renameSync('made/copy', 'made/moved')
fs.symlinkSync('moved', 'made/link')
console.log(fs.realpathSync('made/link').endsWith('made/moved'), fs.readlinkSync('made/link'))
fs.mkdtempSync(path.join(process.env.TMPDIR, 'made-'))
fs.truncateSync('made/moved', 1)
fs.utimesSync('made/moved', 1, 1)
console.log(execFileSync('cat', ['words']).toString())
console.log(spawnSync('sh', ['-c', 'cat none words'], { cwd: 'lib' }).status)
fs.rmSync('made/deep', { recursive: true })
fs.promises
	.readFile('words')
	.then(() => fs.promises.access('never'))
	.catch((error) => console.log(error.code))
	.then(() => fs.createReadStream('words').on('data', () => {}))
	.then(() => fs.promises.opendir('lib'))
	.then(async (folder) => {
		const names = []
		for await (const entry of folder) {
			names.push(entry.name)
		}
		console.log(names.sort())
	})
