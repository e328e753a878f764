/** How the page looks, in light, dark and print. */
export const pageStyle = `
:root{color-scheme:light;--bg:#f6f6f3;--card:#fff;--ink:#1c2128;--soft:#5d6672;--line:#e3e4e0;--track:#f1f1ee;
--work:#3a6ee8;--work2:#8fb0f7;--good:#178a56;--bad:#cf3a2b;--warn:#b86e00;--wait:#c9b27c;--waitbg:#f6efdc;--gap:#c3c7cc;--shadow:0 1px 2px #0000000f,0 4px 16px #0000000a}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;--bg:#0e1116;--card:#161b22;--ink:#e6eaf0;--soft:#98a2b0;--line:#29303a;--track:#1d232c;
--work:#5b8cff;--work2:#35569f;--good:#3fb97f;--bad:#f2705f;--warn:#e0a23c;--wait:#8d7a48;--waitbg:#2a261a;--gap:#46505d;--shadow:none}}
:root[data-theme=dark]{color-scheme:dark;--bg:#0e1116;--card:#161b22;--ink:#e6eaf0;--soft:#98a2b0;--line:#29303a;--track:#1d232c;
--work:#5b8cff;--work2:#35569f;--good:#3fb97f;--bad:#f2705f;--warn:#e0a23c;--wait:#8d7a48;--waitbg:#2a261a;--gap:#46505d;--shadow:none}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1240px;margin:0 auto;padding:28px 24px 64px}
h1{font:600 22px/1.3 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:10px 0 4px;overflow-wrap:anywhere}
h2{font-size:13px;font-weight:600;margin:0 0 12px;color:var(--soft)}
.top{display:flex;justify-content:space-between;align-items:center;gap:12px;color:var(--soft);font-size:13px}
.themes{display:inline-flex;border:1px solid var(--line);border-radius:8px;overflow:hidden;background:var(--card)}
.themes button{border:0;background:none;color:var(--soft);font:inherit;padding:5px 11px;cursor:pointer}
.themes button[aria-pressed=true]{background:var(--track);color:var(--ink);font-weight:600}
.sub{color:var(--soft);margin:0;overflow-wrap:anywhere}
.pill{display:inline-block;padding:1px 10px;border-radius:99px;font-weight:600;font-size:13px;margin-right:8px;color:#fff;background:var(--work)}
.pill.completed{background:var(--good)}.pill.failed{background:var(--bad)}.pill.cancelled,.pill.parked,.pill.skipped{background:var(--warn)}
:root[data-theme=dark] .pill{color:#0b0e12}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]) .pill{color:#0b0e12}}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow);padding:18px 20px;margin-top:18px}
.numbers{display:grid;grid-template-columns:repeat(6,auto);padding:0;overflow:hidden}
.numbers div{padding:14px 20px;border-right:1px solid var(--line)}.numbers div:last-child{border:0}
.numbers b{display:block;font-size:21px;font-weight:600;line-height:1.3;white-space:nowrap}.numbers span{color:var(--soft);font-size:13px}
.numbers .bad b{color:var(--bad)}
.two{display:grid;grid-template-columns:1.25fr 1fr;gap:18px}.two>*{min-width:0}
.story{margin:0;padding:0;list-style:none}.story li{padding:3px 0;overflow-wrap:anywhere}.story li:first-child{font-weight:600}
.share{display:block;border-radius:6px;background:var(--track)}
.fill.working{fill:var(--work)}.fill.waiting{fill:url(#waiting)}.fill.recovery{fill:url(#recovery)}.fill.lost{fill:var(--bad)}.fill.hand-off{fill:var(--gap)}.fill.unlisted{fill:var(--track)}.fill.ground{fill:var(--waitbg)}.fill.stripe{fill:var(--wait)}
.legend{list-style:none;margin:12px 0 0;padding:0;display:grid;gap:4px}.legend li{display:flex;gap:8px;align-items:center}.legend li b{margin-left:auto;font-weight:500}.legend li em{font-style:normal;color:var(--soft);width:44px;text-align:right;white-space:nowrap;flex:none}.legend b{white-space:nowrap}
.key{width:12px;height:12px;border-radius:3px;flex:none}
.key.working{background:var(--work)}.key.waiting{background:repeating-linear-gradient(45deg,var(--wait) 0 3px,var(--waitbg) 3px 7px)}
.key.lost{background:var(--bad)}.key.hand-off{background:var(--gap)}.key.recovery{background:repeating-linear-gradient(45deg,var(--bad) 0 2px,transparent 2px 6px)}.key.unlisted{background:var(--track)}
.tools{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin-bottom:12px}.tools h2{margin:0 auto 0 0}
.tools button,.tools label{font:inherit;font-size:13px;border:1px solid var(--line);background:var(--card);color:var(--ink);border-radius:8px;padding:4px 12px;cursor:pointer;min-height:32px;display:inline-flex;align-items:center;gap:6px}
.tools button:hover,.tools label:hover{background:var(--track)}:focus-visible{outline:2px solid var(--work);outline-offset:2px}
.map{position:relative;height:30px;margin-left:var(--gutter);border-radius:6px;background:var(--track);overflow:hidden;cursor:crosshair;touch-action:none}
.map i{position:absolute;top:8px;bottom:8px;min-width:1px;background:var(--work2)}.map i.died,.map i.failed{background:var(--bad)}
.map u{position:absolute;top:0;bottom:0;border:2px solid var(--work);border-radius:6px;background:color-mix(in srgb,var(--work) 12%,transparent)}
.chart{--gutter:150px;position:relative;user-select:none;-webkit-user-select:none}
.axis{position:relative;height:26px;margin-left:var(--gutter);color:var(--soft);font-size:12px;overflow:hidden}
.axis span{position:absolute;top:6px;white-space:nowrap;transform:translateX(-50%)}.axis span.edge{transform:none}
.rows{position:relative;touch-action:pan-y}
.grid{position:absolute;inset:0 0 0 var(--gutter);overflow:hidden;pointer-events:none}.grid i{position:absolute;top:0;bottom:0;width:1px;background:var(--line)}
.grid i.cut{width:0;background:none;border-left:2px dotted var(--wait)}
.lane{padding:4px 0 8px;position:relative}.lane+.lane{border-top:1px solid var(--line);padding-top:8px}
.lane>p{margin:0 0 4px;font-size:13px;font-weight:600;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.lane>p::before{content:"";display:inline-block;width:8px;height:8px;border-radius:9px;background:var(--work);margin-right:7px}
.lane>p.completed::before{background:var(--good)}.lane>p.failed::before{background:var(--bad)}.lane>p.cancelled::before,.lane>p.parked::before,.lane>p.skipped::before{background:var(--warn)}
.row{display:grid;grid-template-columns:var(--gutter) 1fr;align-items:center}
.row>b{font-weight:400;font-size:13px;color:var(--soft);padding-right:12px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.track{position:relative;height:20px;overflow:hidden}.track.inv{height:34px}
.bar{position:absolute;top:3px;bottom:3px;min-width:2px;border-radius:3px;background:var(--work2);cursor:pointer;overflow:hidden;white-space:nowrap}
.inv .bar{top:4px;bottom:4px;border-radius:5px;background:var(--work);color:#fff;font-size:12px;font-weight:600;line-height:26px;padding:0;text-indent:7px;border-right:3px solid #00000038}
.inv .bar.slim{text-indent:-99px;border-right:1px solid var(--card);border-radius:2px}
.inv .bar.completed{background:var(--good)}.bar.failed,.bar.died,.bar.abandoned,.inv .bar.failed,.inv .bar.died{background:var(--bad)}
.inv .bar.died{background:repeating-linear-gradient(135deg,var(--bad) 0 7px,color-mix(in srgb,var(--bad) 70%,var(--card)) 7px 12px)}
.inv .bar.cancelled,.inv .bar.parked,.inv .bar.skipped,.inv .bar.given-back{background:var(--warn)}.inv .bar.superseded{background:var(--gap)}
.inv .bar.running{background:linear-gradient(90deg,var(--work) 60%,transparent)}
.bar.paused,.bar.safe-window{background:repeating-linear-gradient(135deg,var(--work2) 0 4px,color-mix(in srgb,var(--work2) 45%,var(--card)) 4px 8px)}
.gap{position:absolute;top:12px;bottom:12px;min-width:1px;cursor:pointer;background:var(--gap);border-radius:2px;font-size:11px;color:var(--soft);overflow:hidden;white-space:nowrap;text-align:center}
.gap.hand-off,.gap.start{top:16px;bottom:16px}
.gap.wait{top:7px;bottom:7px;line-height:20px;background:repeating-linear-gradient(45deg,transparent 0 5px,color-mix(in srgb,var(--wait) 28%,transparent) 5px 7px) var(--waitbg);border-radius:4px;color:var(--ink)}
.gap.recovery{top:7px;bottom:7px;line-height:18px;border:1px dashed var(--bad);background:none;color:var(--bad)}
.gap.delay{top:9px;bottom:9px;background:repeating-linear-gradient(90deg,var(--bad) 0 3px,transparent 3px 6px)}
.mark{position:absolute;top:5px;width:9px;height:9px;margin-left:-4px;border-radius:2px;background:var(--gap);cursor:pointer}
.mark.checkpoint{width:2px;height:10px;margin-left:-1px;border-radius:0}.mark.signal{background:var(--work);transform:rotate(45deg)}.mark.child{border-radius:9px;background:var(--good)}.mark.fault,.mark.duplicate{background:var(--bad)}
.on{outline:2px solid var(--ink);outline-offset:1px;z-index:2}
#facts{position:fixed;z-index:9;max-width:min(360px,calc(100vw - 24px));background:var(--card);color:var(--ink);border:1px solid var(--line);border-radius:10px;box-shadow:0 8px 30px #00000033;padding:10px 14px;font-size:13px;pointer-events:none;overflow-wrap:anywhere}
#facts[hidden]{display:none}#facts b{display:block}#facts span{display:block;color:var(--soft)}
.hint{color:var(--soft);font-size:12px;margin:10px 0 0}
table{width:100%;border-collapse:collapse}th{text-align:left;font-size:12px;font-weight:500;color:var(--soft);padding:0 10px 6px 0;border-bottom:1px solid var(--line)}
td{padding:7px 10px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}tr:last-child td{border-bottom:0}
tr.gaprow td{padding:4px 10px 4px 0;color:var(--soft);font-size:13px;background:var(--track)}tr.gaprow.wait td{background:var(--waitbg);color:var(--ink)}tr.gaprow.recovery td{color:var(--bad)}
tr.gaprow td:first-child,tr.inv td:first-child{padding-left:10px}
.end{font-weight:600;white-space:nowrap;color:var(--work)}.end.completed{color:var(--good)}.end.died,.end.failed{color:var(--bad)}.end.cancelled,.end.parked,.end.skipped,.end.given-back{color:var(--warn)}
details{margin-top:2px}summary{cursor:pointer;color:var(--soft);font-size:13px}details ol{list-style:none;margin:6px 0 2px;padding:0;font-size:13px}
details li{display:flex;gap:10px;padding:2px 0}details li span{min-width:0;overflow-wrap:anywhere}details li i{font-style:normal;margin-left:auto;white-space:nowrap;color:var(--soft)}details li.failed span,details li.died span{color:var(--bad)}
.facts{color:var(--soft);font-size:13px}
footer{color:var(--soft);font-size:12px;margin-top:22px}
@media (max-width:980px){.numbers{grid-template-columns:repeat(3,1fr)}.numbers div:nth-child(3n){border-right:0}.numbers div:nth-child(-n+3){border-bottom:1px solid var(--line)}}
@media (max-width:760px){main{padding:16px 12px 48px}.two{grid-template-columns:1fr;gap:0}.card{padding:14px;border-radius:10px}.numbers{grid-template-columns:1fr 1fr;padding:0}.numbers div:nth-child(n){padding:10px 14px;border-right:0;border-bottom:1px solid var(--line)}.numbers div:nth-child(odd){border-right:1px solid var(--line)}.numbers div:nth-last-child(-n+2){border-bottom:0}
.chart{--gutter:0px}.row{grid-template-columns:1fr}.row>b{font-size:12px;padding:3px 0 0;line-height:1.2}.tools h2{flex-basis:100%}.tools button{min-width:40px;min-height:40px;justify-content:center}.tools label{min-height:40px}
h1{font-size:18px}#facts{left:12px!important;right:12px;top:auto!important;bottom:12px;max-width:none}
table,tbody,tr,td{display:block}thead{display:none}tr.inv{padding:8px 0;border-bottom:1px solid var(--line);display:flex;flex-wrap:wrap;gap:0 12px}td,td.n{border:0;padding:0;text-align:left}tr.inv td:first-child{padding:0;font-weight:600}tr.inv td.wide{flex-basis:100%}tr.inv td:empty{display:none}td[data-label]::before{content:attr(data-label) " ";color:var(--soft);font-size:12px}
tr.gaprow td,tr.gaprow td:first-child{padding:4px 8px}}
@media print{:root,:root[data-theme]{color-scheme:light;--bg:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--track:#eee;--work:#3a6ee8;--work2:#8fb0f7;--good:#178a56;--bad:#cf3a2b;--warn:#b86e00;--wait:#c9b27c;--waitbg:#f6efdc;--gap:#bbb;--shadow:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}.themes,.tools button,.tools label,.map,.hint{display:none!important}.card{break-inside:avoid}.card.list{break-inside:auto}tr{break-inside:avoid}.pill{color:#fff!important}}
`;
