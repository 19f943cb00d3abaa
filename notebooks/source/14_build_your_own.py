# %% [markdown] lang="en"
# # 14. Build your own
#
# At the end of this page you have written an automatic differentiation engine yourself, of less than a hundred lines, one method at a time. After each step it is examined by `tg.check.engine`, which runs small programs on it and says which mistake it makes. And you know where to go on in our own source.
#
# You need notebooks [1](01_first_gradient.ipynb) and [5](05_why_topological_order.ipynb), and classes in Python.

# %% [markdown] lang="zh"
# # 14. 自己造一个
#
# 读完这一页，你会亲手写出一个自动微分引擎，不到一百行，一次写一个方法。每写一步，就交给 `tg.check.engine` 检查：它在你的引擎上跑一批小程序，告诉你犯的是哪一种错。最后，你会知道怎样接着读我们自己的源码。
#
# 预备知识：[第 1 课](01_first_gradient.ipynb)、[第 5 课](05_why_topological_order.ipynb)，以及 Python 的类。

# %%
import math

import tinygrad_edu as tg

# %% [markdown] lang="en"
# ## Step 1: a number with a place for its gradient
#
# A value has `data`, and a `grad` that is 0 until somebody asks. It remembers its **parents**, the values it was made from, and the **slope** towards each. `backward` begins with the result itself: its gradient is 1.

# %% [markdown] lang="zh"
# ## 第 1 步：一个数，带上放梯度的地方
#
# 一个数有 `data`，还有 `grad`，没人问之前是 0。它记得自己的**父节点**（由谁算出来），以及对每个父节点的**斜率**（局部导数）。`backward` 从结果自己开始：它的梯度是 1。

# %%
class MyValue:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = float(data), 0.0
        self.parents, self.slopes = parents, slopes

    def backward(self):
        self.grad = 1.0


print(tg.check.engine(MyValue))

# %% [markdown] lang="en"
# Nothing is wrong, because there is nothing yet. Below, every step writes `class MyValue(MyValue):`. That is a way to add to a class across cells: the new class has all that the old one had, and one thing more.
#
# ## Step 2: addition
#
# An operation makes a new value with its data, its parents, and its slopes. The slope of a sum is 1 both ways. And `backward` hands *slope × gradient* to the parents.

# %% [markdown] lang="zh"
# 什么错也没有，因为还什么都没写。下面每一步都写 `class MyValue(MyValue):`。这是跨单元格往类里添东西的办法：新类保留旧类的一切，再多一样。
#
# ## 第 2 步：加法
#
# 一个运算造出一个新的数，带着它的数值、父节点和斜率。和对两边的斜率都是 1。`backward` 把*斜率 × 梯度*交给父节点。

# %%
class MyValue(MyValue):
    def __add__(self, other):
        return MyValue(self.data + other.data, (self, other), (1.0, 1.0))

    def backward(self):
        self.grad = 1.0
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad = slope * self.grad


a = MyValue(3.0)
(a + a).backward()

# %% hidden=true
tg.predict(
    "The class above runs a + a and goes backward. The right gradient of a is 2. What does this engine say?",
    a.grad,
    mistakes={
        2.0: "So it should. But look at the last line of backward: = and not +=.",
    },
    because="The second contribution is put in place of the first.",
)

# %% [markdown] lang="zh" strings=true
# "The class above runs a + a and goes backward. The right gradient of a is 2. What does this engine say?" => "用上面的类算 a + a，再反向传播。a 的梯度应该是 2。这个引擎会说是多少？"
# "The second contribution is put in place of the first." => "第二份贡献把第一份顶掉了。"
# "So it should. But look at the last line of backward: = and not +=." => "本该如此。可看 backward 的最后一行：是 =，不是 +=。"

# %%
print(tg.check.engine(MyValue))

# %% [markdown] lang="en"
# It gives the smallest program that fails, and it names the mistake. How does it know? It has a wrong engine for each classical mistake, right in everything else. The one whose numbers are yours, in *every* program, is the explanation.
#
# ## Step 3: `+=`, and multiplication

# %% [markdown] lang="zh"
# 它给出最小的出错程序，还叫得出错误的名字。它怎么知道的？每一种经典错误，它都备着一个只犯这一种错、其余全对的引擎。哪一个在*每个*程序上都和你的数一模一样，哪一个就是解释。
#
# ## 第 3 步：`+=`，还有乘法

# %%
class MyValue(MyValue):
    def __mul__(self, other):
        return MyValue(self.data * other.data, (self, other), (other.data, self.data))

    def backward(self):
        self.grad = 1.0
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad


report = tg.check.engine(MyValue)
print(report)

# %% [markdown] lang="en"
# Gradient reaches the parents and stops. The smallest program that fails, as it should be:

# %% [markdown] lang="zh"
# 梯度到了父节点就不往下走了。这就是那个最小的出错程序，图里是它应有的样子：

# %%
report.drawing

# %% [markdown] lang="en"
# ## Step 4: go on, by recursion
#
# The obvious way on: whoever gets gradient hands it to his own parents at once.

# %% [markdown] lang="zh"
# ## 第 4 步：用递归，一路传下去
#
# 最顺手的写法：谁收到梯度，谁就马上往自己的父节点传。

# %%
class MyValue(MyValue):
    def hand_on(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad
            parent.hand_on()

    def backward(self):
        self.grad = 1.0
        self.hand_on()


a = MyValue(3.0)
b = a + a
(b + b).backward()

# %% hidden=true
tg.predict(
    "b = a + a; c = b + b. The right gradient of a is 4. What does plain recursion say?",
    a.grad,
    mistakes={
        4.0: "So it should. But b hands on before its second 1 has come.",
        2.0: "That is after b's first 1. When the second comes it hands on again.",
    },
    because="b hands on 1, and later all of its 2, once more the first 1 among them (notebook 5).",
)

# %% [markdown] lang="zh" strings=true
# "b = a + a; c = b + b. The right gradient of a is 4. What does plain recursion say?" => "b = a + a；c = b + b。a 的梯度应该是 4。这样递归，会得到多少？"
# "b hands on 1, and later all of its 2, once more the first 1 among them (notebook 5)." => "b 先传了 1，后来又把手里的 2 整个再传一遍，先前那个 1 被传了两次（见第 5 课）。"
# "So it should. But b hands on before its second 1 has come." => "本该如此。可第二个 1 还没到，b 就往下传了。"
# "That is after b's first 1. When the second comes it hands on again." => "这是 b 收到第一个 1 之后。第二个来了，它又往下传。"

# %%
print(tg.check.engine(MyValue))

# %% [markdown] lang="en"
# Two mistakes at once, and both are named. One at a time.
#
# ## Step 5: topological order
#
# A value may hand on its gradient only when it is complete: after everything that was made from it. So list all values, each after its parents, and walk the list from its end.

# %% [markdown] lang="zh"
# 一下子犯了两个错，两个都被点了名。一个一个改。
#
# ## 第 5 步：拓扑序
#
# 一个数，要等自己的梯度收齐了，才能往下传；也就是说，要等所有由它算出来的数都传完。所以，先把所有的数排成一列，每个都排在父节点之后，再从末尾往回走。

# %%
class MyValue(MyValue):
    def order(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        return order

    def backward(self):
        self.grad = 1.0
        for node in reversed(self.order()):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad


by_recursion = MyValue.order  # kept for the end of this page
print(tg.check.engine(MyValue))

# %% [markdown] lang="zh" strings=true
# # kept for the end of this page => # 留到这一页的末尾用

# %% [markdown] lang="en"
# Nearly there: only programs that call `backward()` twice fail. Many stop here, micrograd among them, as you will see. For training it is enough.
#
# ## Step 6: start afresh
#
# Leaves keep what they were given, so that two examples can add up. All others must be cleared when a sweep begins.

# %% [markdown] lang="zh"
# 快成了：只有调用两次 `backward()` 的程序还会出错。许多人写到这里就停了，后面会看到，micrograd 也是。用来训练，已经够了。
#
# ## 第 6 步：每次从头来
#
# 叶节点要留住收到的梯度，这样两个样本的梯度才能加在一起；其余的节点，每次扫描开始前都要清零。

# %%
class MyValue(MyValue):
    def backward(self):
        order = self.order()
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad


print(tg.check.engine(MyValue))

# %% [markdown] lang="en"
# Every small program is right, and now it tries a large one: a chain of 5,000 additions. The function `visit` calls itself, once per node in depth, and Python allows about a thousand such calls.
#
# ## Step 7: no recursion
#
# Keep the nodes that wait for their parents in a list of your own, a *stack*. A node is put on it twice: first to be visited, then, marked as done, to be listed after its parents.

# %% [markdown] lang="zh"
# 小程序全对了，它就拿一个大的来试：连加 5000 次。`visit` 每深一个节点就调用自己一次，而 Python 只允许大约一千层。
#
# ## 第 7 步：不用递归
#
# 把等着父节点的那些节点，放进自己的一个列表里，也就是一个*栈*。每个节点进栈两次：第一次是去拜访它；第二次带着“已办完”的标记，排在父节点之后。

# %%
class MyValue(MyValue):
    def order(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((parent, False) for parent in reversed(node.parents))
        return order


print(tg.check.engine(MyValue))

# %% [markdown] lang="en"
# Nothing is wrong any more. Much is missing, `a + 2.0` for one: a plain number has no parents and slopes.
#
# ## Step 8: all together
#
# The rest is repetition: each operation is its value and its slopes. Here is the whole engine on one page, with numbers on either side and the usual functions. Compare each line of slopes with your table of derivatives.

# %% [markdown] lang="zh"
# ## 第 8 步：合到一起
#
# 剩下的都是重复：每个运算，就是一个数值加上几个斜率。下面是整个引擎，一页写完，数字放左边右边都行，常用函数也有了。把每一行斜率，和你的导数表对一对。

# %%
class MyValue:
    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = float(data), 0.0
        self.parents, self.slopes = parents, slopes

    @staticmethod
    def of(x):
        return x if isinstance(x, MyValue) else MyValue(x)

    def __add__(self, other):
        other = MyValue.of(other)
        return MyValue(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = MyValue.of(other)
        return MyValue(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = MyValue.of(other)
        return MyValue(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = MyValue.of(other)
        return MyValue(self.data / other.data, (self, other), (1.0 / other.data, -self.data / other.data**2))

    def __pow__(self, n):
        return MyValue(self.data**n, (self,), (n * self.data ** (n - 1),))

    def __neg__(self):
        return MyValue(-self.data, (self,), (-1.0,))

    def __radd__(self, other):
        return MyValue.of(other) + self

    def __rsub__(self, other):
        return MyValue.of(other) - self

    def __rmul__(self, other):
        return MyValue.of(other) * self

    def __rtruediv__(self, other):
        return MyValue.of(other) / self

    def tanh(self):
        y = math.tanh(self.data)
        return MyValue(y, (self,), (1.0 - y * y,))

    def sigmoid(self):
        y = 1.0 / (1.0 + math.exp(-self.data))
        return MyValue(y, (self,), (y * (1.0 - y),))

    def exp(self):
        y = math.exp(self.data)
        return MyValue(y, (self,), (y,))

    def log(self):
        return MyValue(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self):
        return MyValue(max(self.data, 0.0), (self,), (float(self.data > 0.0),))

    def order(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((parent, False) for parent in reversed(node.parents))
        return order

    def backward(self):
        order = self.order()
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                parent.grad += slope * node.grad

# %%
print(tg.check.engine(MyValue))

# %% [markdown] lang="en"
# It learns, too. Four neurons and the riddle of *exclusive or*, with nothing but your class:

# %% [markdown] lang="zh"
# 它还能学习。四个神经元，一道*异或*题，用的全是你的类：

# %% name="learns"
weights = [MyValue(math.sin(2.0 * k)) for k in range(13)]  # arbitrary, and the same every time
table = {(0, 0): -1, (0, 1): 1, (1, 0): 1, (1, 1): -1}


def answer(x1, x2):
    hidden = [(weights[k] * x1 + weights[k + 1] * x2 + weights[k + 2]).tanh() for k in (0, 3, 6)]
    return sum((w * h for w, h in zip(weights[9:], hidden, strict=False)), weights[12]).tanh()


losses = []
for _ in range(100):
    loss = sum((answer(*x) - y) ** 2 for x, y in table.items())
    losses.append(loss.data)
    for w in weights:
        w.grad = 0.0
    loss.backward()
    for w in weights:
        w.data -= 0.1 * w.grad

tg.plot.lines({"loss": losses})

# %% [markdown] lang="zh" strings=true
# # arbitrary, and the same every time => # 随便取的，但每次都一样
# "loss" => "损失"

# %%
tg.plot.bars({f"{x1} xor {x2}": answer(x1, x2).data for x1, x2 in table}, title="what it answers")

# %% [markdown] lang="zh" strings=true
# "what it answers" => "它的回答"

# %% [markdown] lang="en"
# ## Does the examiner know its trade?
#
# Do not take our word for it. Take your right engine, spoil **one line**, and have it examined. The cell below does so sixteen times, each time with another mistake that is easily made. Before you look:

# %% [markdown] lang="zh"
# ## 考官自己过关吗？
#
# 别光听我们说。拿你写对的引擎，弄坏**一行**，再送去检查。下面这样做了十六次，每次都是一个很容易犯的错。看之前先猜：

# %% hidden=true
tg.predict(
    "Somebody writes 1 − x² in place of 1 − y² as the slope of tanh. Does a + a, a * b or a.tanh() find it out?",
    "a.tanh()",
    choices=["a + a", "a * b", "a.tanh()"],
    mistakes={
        "a + a": "It is right in this engine: no tanh occurs in it.",
        "a * b": "It is right in this engine: no tanh occurs in it.",
    },
    because="Only a program that uses the operation can: the examiner needs one for each, and says what it could not try.",
)

# %% [markdown] lang="zh" strings=true
# "Somebody writes 1 − x² in place of 1 − y² as the slope of tanh. Does a + a, a * b or a.tanh() find it out?" => "有人把 tanh 的斜率 1 − y² 写成了 1 − x²。a + a、a * b、a.tanh()，哪个程序能发现？"
# "Only a program that uses the operation can: the examiner needs one for each, and says what it could not try." => "只有用到这个运算的程序才能发现：所以每个运算都要有一个程序，没法试的，考官会说出来。"
# "It is right in this engine: no tanh occurs in it." => "它在这个引擎里是对的：里面没有 tanh。"

# %%
import linecache

from IPython.display import Markdown

engine_text = "".join(linecache.getlines(MyValue.backward.__code__.co_filename))  # the cell that defines the class


def spoiled(right, wrong):
    assert right in engine_text
    room = {"math": math}
    exec(engine_text.replace(right, wrong), room)
    return room["MyValue"]


SPOILED = [
    ("parent.grad += slope * node.grad", "parent.grad = slope * node.grad"),
    ("parent.grad += slope * node.grad", "parent.grad += slope"),
    ("self.grad = 1.0", "self.grad = 0.0"),
    ("in reversed(order):", "in [self]:"),
    ("zip(node.parents, node.slopes, strict=True)", "dict(zip(node.parents, node.slopes)).items()"),
    ("if node.parents:", "if False:"),
    ("if node.parents:", "if True:"),
    ("(other.data, self.data)", "(self.data, other.data)"),
    ("(1.0, -1.0)", "(1.0, 1.0)"),
    ("-self.data / other.data**2", "self.data / other.data**2"),
    ("n * self.data ** (n - 1)", "n * self.data**n"),
    ("n * self.data ** (n - 1)", "self.data ** (n - 1)"),
    ("(1.0 - y * y,)", "(1.0 - self.data**2,)"),
    ("(y * (1.0 - y),)", "(self.data * (1.0 - self.data),)"),
    ("(float(self.data > 0.0),)", "(1.0,)"),
    ("max(self.data, 0.0)", "abs(self.data)"),
]

# %% [markdown] lang="zh" strings=true
# # the cell that defines the class => # 定义这个类的那个单元格

# %% name="wrong"
rows = ["| the line is spoiled to | smallest program that fails | the verdict |", "|---|---|---|"]
for right, wrong in SPOILED:
    report = tg.check.engine(spoiled(right, wrong))
    rows.append(f"| `{wrong}` | `{report.program}` | {report.mistake} |")
Markdown("\n".join(rows))

# %% [markdown] lang="zh" strings=true
# the line is spoiled to => 这一行被改成
# smallest program that fails => 最小的出错程序
# the verdict => 考官的判断

# %% [markdown] lang="en"
# Sixteen spoiled lines, sixteen verdicts; read each beside its line. What it cannot do: a mistake that is not in its list, or three at once, it reports without a name, by the smallest program that fails. And a mistake in an operation that it does not try, such as an `abs` of your own, it does not see. For that there is `tg.check_grads`.
#
# ## And micrograd?
#
# micrograd (Andrej Karpathy, 2020) is the engine from which many learn all this. Its `backward` is that of step 5. Here it is as a change to your class; the tests of this library run the examiner on micrograd itself.

# %% [markdown] lang="zh"
# 十六行被弄坏的代码，十六个判断；请逐行对照着读。它做不到的是：不在清单里的错误，或者三个错误搅在一起，它叫不出名字，只给出最小的出错程序；它没试的运算（比如你自己加的 `abs`）里有错，它也看不见。那要靠 `tg.check_grads`。
#
# ## micrograd 呢？
#
# micrograd（Andrej Karpathy，2020）是许多人入门用的引擎。它的 `backward` 就是第 5 步的样子。下面把它写成对你的类的一处改动；本库的测试会拿考官去检查 micrograd 本身。

# %%
LikeMicrograd = spoiled("if node.parents:", "if False:")  # no gradient is cleared
LikeMicrograd.order = by_recursion  # as in step 5

# %% [markdown] lang="zh" strings=true
# # no gradient is cleared => # 一个梯度也不清
# # as in step 5 => # 同第 5 步

# %% hidden=true
tg.predict(
    "micrograd trains networks, and they learn. Which programs will it fail all the same?",
    "two sweeps over one graph",
    choices=["a + a", "a value used in two places", "two sweeps over one graph", "none"],
    mistakes={
        "none": "In training nothing shows. But not every program makes a new graph for every sweep.",
        "a value used in two places": "There it adds, with +=: step 3.",
    },
    because="In training a new graph is built for every step, so its interior gradients are 0 anyway.",
)

# %% [markdown] lang="zh" strings=true
# "micrograd trains networks, and they learn. Which programs will it fail all the same?" => "用 micrograd 训练网络，网络学得会。那它会在哪些程序上出错？"
# "two sweeps over one graph" => "同一张图上扫描两次"
# "a value used in two places" => "一个数用在两处"
# "none" => "都不会"
# "In training a new graph is built for every step, so its interior gradients are 0 anyway." => "训练时每一步都新建一张图，中间节点的梯度本来就是 0。"
# "In training nothing shows. But not every program makes a new graph for every sweep." => "训练时看不出来。可不是每个程序，每次扫描都新建一张图。"
# "There it adds, with +=: step 3." => "这里它用的是 += 累加：第 3 步。"

# %% name="micrograd"
print(tg.check.engine(LikeMicrograd))

mended = spoiled("if node.parents:", "if node.parents:")  # the right engine, but
mended.order = by_recursion
print()
print(tg.check.engine(mended))

# %% [markdown] lang="zh" strings=true
# # the right engine, but => # 正确的引擎，只是

# %% [markdown] lang="en"
# One known peculiarity, which does no harm in training: gradients of interior nodes are kept. Mend it, and the second one shows, the recursion of step 5. Beyond these two nothing is found.
#
# ## Read ours
#
# You have written the heart of this library. Ours differs in three ways: one entry per operation serves the engine, the drawings, the pages and the compilers; it checks what it is given; and its functions are total, so that the logarithm of 0 is −inf and not an exception. Read it in the order of your own steps:
#
# | yours | ours |
# |---|---|
# | the slopes of an operation | `ops/protocol.py`, then `ops/elementary.py`: one entry, one line of mathematics |
# | the class | `engine/value.py` |
# | `order` and `backward` | `engine/sweep.py` |
# | a look at what happens | `inspection/stepwise.py` and `pathwise.py`, then `drawing/`, from records to scene to formats |
# | the examiner | `check/mistakes.py`, `toys.py`, `trials.py`, `examining.py` |
# | the training loop | `nn/module.py`, `optim/`, `training/` |
#
# The folder names are those of README, section "For contributors", which lists all rooms and what may use what. Two pieces to begin with: our entry for tanh, asked for its slopes, and our topological order. Find your stack in it.

# %% [markdown] lang="zh"
# 一个早已知道的特点，训练时无害：中间节点的梯度没有清。把它修好，第二个就露出来了：第 5 步的递归。除了这两个，再没有发现别的。
#
# ## 读我们的源码
#
# 这个库的心脏，你已经写出来了。我们的有三点不同：每个运算只写一条，引擎、图、页面、编译器都读这一条；会检查交给它的东西；函数对任何数都有定义，0 的对数是 −inf，而不是报错。按你自己的步骤来读：
#
# | 你的 | 我们的 |
# |---|---|
# | 一个运算的斜率 | `ops/protocol.py`，再读 `ops/elementary.py`：一条运算，一行数学 |
# | 那个类 | `engine/value.py` |
# | `order` 和 `backward` | `engine/sweep.py` |
# | 看清发生了什么 | `inspection/stepwise.py` 和 `pathwise.py`，再读 `drawing/`，从 records 到 scene 到 formats |
# | 考官 | `check/mistakes.py`、`toys.py`、`trials.py`、`examining.py` |
# | 训练循环 | `nn/module.py`、`optim/`、`training/` |
#
# 目录名和 README 的 “For contributors” 一节一致，那里列出了所有房间，以及谁可以用谁。先看两段：问一问我们的 tanh 条目，它的斜率是多少；再看我们的拓扑序，找找你的栈在哪里。

# %%
import inspect

y = math.tanh(0.5)
print(tg.OPS["tanh"].partials(y, 0.5), (1.0 - y * y,))
print(inspect.getsource(tg.topological_order).split('"""')[2])

# %% [markdown] lang="en"
# ## Exercises
#
# **1.** Add `sin` to your engine, with its slope; `tg.check.engine` does not try it, so compare with ours. As it stands, the sign is wrong.

# %% [markdown] lang="zh"
# ## 练习
#
# **1.** 给你的引擎加上 `sin` 和它的斜率；`tg.check.engine` 不试这个，所以和我们的对一对。现在的写法，符号错了。

# %%
def my_sin(x):
    return MyValue(math.sin(x.data), (x,), (-math.cos(x.data),))  # mend this line


def slope_by_my_engine(p):
    x = MyValue(p[0])
    my_sin(x).backward()
    return [x.grad]


try:
    print(tg.check.gradient_function(lambda p: math.sin(p[0]), slope_by_my_engine, [0.7]))
except tg.errors.GradientMismatch as mismatch:
    print(mismatch)

# %% [markdown] lang="zh" strings=true
# # mend this line => # 改这一行

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# The slope of sin is cos: `(math.cos(x.data),)`.
# </details>
#
# **2.** Play the examiner. An engine says of `a * b` with a = 1.5 and b = −2.25 that `a.grad` is 1.5 and `b.grad` is −2.25. Which mistake is it?

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# sin 的斜率是 cos：`(math.cos(x.data),)`。
# </details>
#
# **2.** 你来当考官。有个引擎，a = 1.5，b = −2.25，算 `a * b`，说 `a.grad` 是 1.5，`b.grad` 是 −2.25。犯的是哪种错？

# %% hidden=true
tg.predict(
    "Which mistake explains a.grad = 1.5 and b.grad = −2.25?",
    "each operand got its own value for a slope",
    choices=["= for +=", "no topological order", "each operand got its own value for a slope", "the seed is 0"],
    mistakes={
        "= for +=": "Each is used once here, so = and += give the same.",
        "no topological order": "With a single operation there is no wrong order.",
        "the seed is 0": "Then both gradients would be 0.",
    },
    because="∂(a·b)/∂a is b = −2.25, and ∂(a·b)/∂b is a = 1.5: here they are swapped.",
)

# %% [markdown] lang="zh" strings=true
# "Which mistake explains a.grad = 1.5 and b.grad = −2.25?" => "a.grad = 1.5、b.grad = −2.25，哪种错误解释得通？"
# "each operand got its own value for a slope" => "每个操作数的斜率取成了自己的值"
# "= for +=" => "该用 += 却用了 ="
# "no topological order" => "没有拓扑序"
# "the seed is 0" => "起始梯度是 0"
# "∂(a·b)/∂a is b = −2.25, and ∂(a·b)/∂b is a = 1.5: here they are swapped." => "∂(a·b)/∂a 是 b = −2.25，∂(a·b)/∂b 是 a = 1.5：这里弄反了。"
# "Each is used once here, so = and += give the same." => "这里每个数只用一次，= 和 += 结果一样。"
# "With a single operation there is no wrong order." => "只有一个运算，不存在次序不对。"
# "Then both gradients would be 0." => "那样两个梯度都会是 0。"

# %% [markdown] lang="en"
# **3.** Spoil a line that is not in the list, and see what the examiner says. Can you find one that it does not notice?

# %% [markdown] lang="zh"
# **3.** 弄坏一行不在清单里的代码，看考官怎么说。你能找到一处它发现不了的吗？

# %%
print(tg.check.engine(spoiled("(1.0 / self.data,)", "(1.1 / self.data,)")))

# %% [markdown] lang="en"
# <details><summary>An answer</summary>
#
# `("max(self.data, 0.0)", "abs(self.data) if self.data > -1 else 0.0")` goes unnoticed: the examiner tries `relu` at 1.5 and −1.5 only. So does anything that goes wrong only at large numbers, such as `math.exp` overflowing at 1000. Passing an examination is no proof.
# </details>
#
# **Next:** this is the last page of the course. What people ask most is answered in [13, the confusions page](13_confusions.ipynb).

# %% [markdown] lang="zh"
# <details><summary>一个答案</summary>
#
# `("max(self.data, 0.0)", "abs(self.data) if self.data > -1 else 0.0")` 就发现不了：考官只在 1.5 和 −1.5 两处试 `relu`。只在大数上才出的错也一样，例如 `math.exp` 到 1000 就溢出。通过考试，不等于证明。
# </details>
#
# **接下来：**这是课程的最后一页。大家问得最多的问题，[第 13 课，答疑页](13_confusions.ipynb)里都有回答。
