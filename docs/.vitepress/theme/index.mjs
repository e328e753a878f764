import theme from 'vitepress/theme';
import './pictures.css';

// biome-ignore lint/style/noDefaultExport: this is where VitePress looks for a theme
export default theme;
