// The script stands in the head, so that the theme is known before anything is painted; the page
// itself starts when the document is there.

import { App } from './app.ts';
import { Settings } from './settings.ts';

const settings = new Settings();
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => new App(settings));
else new App(settings);
