#!/usr/bin/env node
/** The program `overrun`. */
import { main } from './program.ts';

await main(process.argv.slice(2));
