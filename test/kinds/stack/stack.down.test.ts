import { onSmallStack } from '../../kits/small-stack.js';
import { stepKit } from '../../kits/step-kit.js';

stepKit('stack.down', onSmallStack);
