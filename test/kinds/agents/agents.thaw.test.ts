import { stepKit } from '../../kits/step-kit.js';

const script = (text: string): string[] => [process.execPath, '-e', text];

stepKit('agents.thaw', {
  good: () => ({ commands: [{ name: 'retry', thaw: script("require('fs').rmSync('retry.hold',{force:true})") }] }),
  bad: () => ({ commands: [{ name: 'retry', thaw: script('process.exit(4)') }] }),
  badCode: 'COMMAND_FAILED',
});
