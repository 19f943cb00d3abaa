/* What the page says, in English and Chinese. */

const WORDS = {
  title: ["tinygrad_edu playground", "tinygrad_edu 试验场"],
  claim: ["Every number of a computation is a node; gradients flow back along its edges. Look, turn, practise, train.",
    "计算中的每个数都是一个节点，梯度沿着边往回流。看一看，转一转，练一练，再训练一个网络。"],
  skip: ["Skip to the content", "跳到正文"],
  modes: ["What to do", "做什么"],
  formula: ["Formula", "公式"],
  code: ["Code", "代码"],
  train: ["Train", "训练"],
  other: ["中文", "English"],
  otherLong: ["中文：把本页换成中文", "English: show this page in English"],
  loading: ["Fetching Python and Graphviz …", "正在获取 Python 和 Graphviz……"],
  starting: ["Starting Python …", "正在启动 Python……"],
  ready: ["Ready", "就绪"],
  working: ["Computing …", "正在计算……"],
  stopped: ["Stopped. Python starts anew.", "已停止，Python 正在重新启动。"],
  ended: ["This ended Python itself, which starts anew.", "这段代码让 Python 中断了，正在重新启动。"],
  deep: ["This formula goes deeper than Python can follow in a browser; it starts anew. Write long sums as sum([a, b, c]).",
    "这个公式层次太深，浏览器里的 Python 跟不上，正在重新启动。长的和请写成 sum([a, b, c])。"],
  broken: ["Python could not be started: ", "Python 无法启动："],
  offline: ["It works without a network from now on.", "从现在起没有网络也能用。"],
  here: ["Runs in your browser; nothing you type leaves this page.", "一切都在你的浏览器里运行，你输入的内容不会离开本页。"],
  limited: ["On its main thread, code and training may take 15 s.", "在主线程上，代码和训练最多运行 15 秒。"],
  formulaLabel: ["A formula", "公式"],
  formulaHint: ["As in Python: + - * / **, names, tanh, exp, log, relu, sin, where(x > 0, x, 0) … It is read, never run as code.",
    "写法同 Python：+ - * / **、变量名、tanh、exp、log、relu、sin、where(x > 0, x, 0) 等等。它只被读取，绝不当作代码运行。"],
  variables: ["Variables", "变量"],
  gradient: ["gradient", "梯度"],
  result: ["result", "结果"],
  view: ["Show", "显示"],
  play: ["Player", "播放器"],
  graph: ["Graph", "计算图"],
  practice: ["Practice", "练习"],
  trace: ["Trace table", "求值表"],
  check: ["Check", "检验"],
  digits: ["Digits", "小数位"],
  link: ["Copy a link to this", "复制链接"],
  copied: ["The link is copied.", "链接已复制。"],
  notCopied: ["The link is in the address bar.", "链接在地址栏里。"],
  tryOne: ["Try", "试试"],
  neuron: ["neuron", "神经元"],
  fanOut: ["fan-out", "扇出"],
  bell: ["bell curve", "钟形曲线"],
  surprise: ["surprise of a guess", "猜测的惊讶程度"],
  example: ["Start from an example", "从例子开始"],
  codeLabel: ["Python", "Python"],
  codeHint: ["Ctrl+Enter runs it. What is printed, what display(…) gets, and the last line are shown. Nothing runs before you say so.",
    "按 Ctrl+Enter 运行。print 的内容、display(…) 的对象和最后一行的结果会显示在下面。你不按运行，什么都不会运行。"],
  run: ["Run", "运行"],
  stop: ["Stop", "停止"],
  output: ["Output", "输出"],
  nothing: ["It ran, and showed nothing.", "运行完毕，没有输出。"],
  data: ["Data", "数据"],
  moons: ["moons", "两弯月亮"],
  circles: ["circles", "圆盘和圆环"],
  spirals: ["spirals", "两条螺线"],
  xor: ["xor", "异或"],
  own: ["a CSV file of your own", "自己的 CSV 文件"],
  file: ["CSV file (it stays in this browser)", "CSV 文件（不会离开本浏览器）"],
  label: ["Column to learn (the last, if empty)", "要学习的列（留空则为最后一列）"],
  hidden: ["Hidden neurons, layer by layer", "各隐藏层的神经元数"],
  activation: ["Activation", "激活函数"],
  lr: ["Learning rate", "学习率"],
  epochs: ["Epochs", "轮数"],
  noise: ["Noise", "噪声"],
  seed: ["Seed", "随机种子"],
  start: ["Train", "开始训练"],
  fileFirst: ["Choose a CSV file first.", "请先选择一个 CSV 文件。"],
  film: ["The film of the training", "训练过程的影片"],
  epoch: ["epoch {epoch} of {epochs}", "第 {epoch} 轮，共 {epochs} 轮"],
  loss: ["loss {loss}", "损失 {loss}"],
  accuracy: ["right {accuracy}", "答对 {accuracy}"],
  heldOut: ["held out {val}", "留出样本 {val}"],
  test: ["on examples it has never seen {test}", "从未见过的样本 {test}"],
};

const LANGUAGES = ["en", "zh"];
let place = 0;

export const language = () => LANGUAGES[place];
export const otherLanguage = () => LANGUAGES[1 - place];

export const speak = code => {
  place = Math.max(0, LANGUAGES.indexOf(code));
};

export const word = (name, places = {}) => WORDS[name][place].replace(/\{(\w+)\}/g, (_, key) => places[key]);

/* Elements name their words: data-word for their text, data-word-label for what a screen reader says. */
export const relabel = () => {
  document.documentElement.lang = place ? "zh-CN" : "en";
  document.title = word("title");
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll("[data-word-label]")) {
    node.setAttribute("aria-label", word(node.dataset.wordLabel));
  }
};
