# %% [markdown] lang="en"
# # 11. Other ways to share blame
#
# At the end of this page you can name four ways to learn without sending the true gradient backward, watch why the first of them works at all, and say what they cost.
#
# You need notebooks [4](04_the_company.ipynb) (blame, rank by rank) and [6](06_two_wings.ipynb) (both passes).

# %% [markdown] lang="zh"
# # 11. 分摊责任的其他办法
#
# 读完这一页，你能说出四种不把真正的梯度往回传、却也能学习的办法，看明白其中第一种为什么居然管用，也知道它们的代价。
#
# 预备知识：[第 4 课](04_the_company.ipynb)（责任一级级往下传）和[第 6 课](06_two_wings.ipynb)（前向与反向）。

# %%
import math

import tinygrad_edu as tg
from tinygrad_edu import Value, blame, nn

# %% [markdown] lang="en"
# ## What a brain could not do
#
# In backpropagation a manager blames his people in proportion to **the trust that they spoke with**: going back, the error is multiplied by the very weight that was used going forward. For a computer that is nothing. A synapse in a brain carries signals one way. For blame there would have to be a second one beside it, going back, and always exactly as strong. Nobody knows how the two could be kept equal.
#
# So let us give every link **two** weights: `w` on the way forward, and on the way back a `b` that is drawn at random once and never changes. As one operation:

# %% [markdown] lang="zh"
# ## 大脑做不到的事
#
# 在反向传播里，经理怪罪下属，是按**当初听他说话时的那份信任**来分的：误差往回走，乘的正是前向时用的那个权重。对计算机来说，这不算什么。可大脑里的突触只朝一个方向传信号。要往回传责任，旁边就得另有一个反向的突触，而且强度始终一模一样。没有人知道这两个怎么能保持相等。
#
# 那就给每条连接**两个**权重：前向用 `w`；反向用 `b`，随机抽一次，从此不变。写成一个运算：

# %%
w, x = Value(2.0, "w"), Value(3.0, "x")
y = blame.feedback(w, x, -0.5)
y.backward()

# %% hidden=true
tg.predict(
    "Forward it is y = w × x = 6, with w = 2 and x = 3. On the way back it uses b = −0.5 towards x. What is x.grad?",
    x.grad,
    mistakes={
        w.data: "That is the weight on the way forward. On the way back it is b.",
        w.grad: "That is w.grad, x × 1, which is exact. Asked is x.grad.",
    },
    because="The blame towards x is b × 1 = −0.5, not w = 2. It even has the wrong sign.",
)

# %% [markdown] lang="zh" strings=true
# Forward it is y = w × x = 6, with w = 2 and x = 3. On the way back it uses b = −0.5 towards x. What is x.grad? => 前向是 y = w × x = 6，其中 w = 2，x = 3。往回传给 x 时用的是 b = −0.5。x.grad 是多少？
# The blame towards x is b × 1 = −0.5, not w = 2. It even has the wrong sign. => 传给 x 的责任是 b × 1 = −0.5，不是 w = 2。连正负号都是错的。
# "That is the weight on the way forward. On the way back it is b." => "这是前向的权重。往回传用的是 b。"
# "That is w.grad, x × 1, which is exact. Asked is x.grad." => "这是 w.grad，即 x × 1，它是准确的。问的是 x.grad。"

# %% [markdown] lang="en"
# Here are two neurons in a row. Step through the backward part. In the step that reaches the hidden neuron h stands “weight back”, not a slope: the player does not call it a derivative, for it is none.

# %% [markdown] lang="zh"
# 下面是串在一起的两个神经元。走到反向的部分：传到隐藏神经元 h 的那一步，写的是“回传权重”，不是斜率。播放器不管它叫导数，因为它本来就不是。

# %% name="weights_back"
u, v, b = Value(0.8, "u"), Value(1.5, "v"), Value(-0.5, "b")
hidden = tg.tanh(u * 2.0)
hidden.name = "h"
tg.play((blame.feedback(v, hidden, b) - 1.0) ** 2)

# %% [markdown] lang="en"
# ## Can it learn?
#
# Take the moons of notebook 8, and a network with two hidden layers. Train it three times from the same start: with backpropagation, with **feedback alignment** (random weights back, layer by layer; Lillicrap, Cownden, Tweed and Akerman 2016, doi:10.1038/ncomms13276), and with **direct feedback alignment** (the output error goes straight to every hidden layer, through random weights; Nøkland 2016, arXiv:1609.01596).

# %% [markdown] lang="zh"
# ## 这样也能学会吗？
#
# 拿第 8 课的两弯月亮，和一个有两层隐藏层的网络，从同一个起点训练三次：用反向传播；用**反馈对齐**（feedback alignment，回传用随机权重，一层一层传；Lillicrap、Cownden、Tweed 和 Akerman 2016，doi:10.1038/ncomms13276）；用**直接反馈对齐**（direct feedback alignment，输出误差经随机权重直接送到每个隐藏层；Nøkland 2016，arXiv:1609.01596）。

# %%
train, test = tg.data.load("moons", n=120, seed=0).split(test=0.25, seed=0)

def fresh():
    return nn.MLP(2, [8, 8, 1], "tanh", seed=0, init="xavier")

ways = {
    "backpropagation": fresh(),
    "feedback alignment": blame.FeedbackAlignment(fresh(), seed=1),
    "direct feedback": blame.DirectFeedbackAlignment(fresh(), seed=1),
}
runs = {name: tg.fit(model, train, epochs=100, seed=0, progress=False, record="bands") for name, model in ways.items()}

# %% [markdown] lang="zh" strings=true
# "backpropagation" => "反向传播"
# "feedback alignment" => "反馈对齐"
# "direct feedback" => "直接反馈对齐"

# %% hidden=true
right = tg.accuracy(ways["feedback alignment"], test)
options = ["about 50 %: it guesses", "about 70 %", "above 90 %"]
tg.predict(
    "Blame by random weights: what share of unseen points does feedback alignment get right after 100 epochs?",
    options[2] if right > 0.9 else options[1] if right > 0.6 else options[0],
    choices=options,
    mistakes={
        options[0]: "So one should think. But while the blame stays random, the forward weights learn: see below.",
        options[1]: "Slower it is, but it gets there.",
    },
    because=f"It gets {right:.0%} right.",
)

# %% [markdown] lang="zh" strings=true
# "about 50 %: it guesses" => "大约 50 %：在瞎猜"
# "about 70 %" => "大约 70 %"
# "above 90 %" => "90 % 以上"
# Blame by random weights: what share of unseen points does feedback alignment get right after 100 epochs? => 按随机权重来怪罪：训练 100 轮之后，反馈对齐在没见过的点上能答对多少？
# f"It gets {right:.0%} right." => f"它答对了 {right:.0%}。"
# ways["feedback alignment"] => ways["反馈对齐"]
# "So one should think. But while the blame stays random, the forward weights learn: see below." => "照理说是这样。可责任一直是乱的，前向的权重却在学：往下看。"
# "Slower it is, but it gets there." => "它确实慢一些，可还是学会了。"

# %% name="curves"
tg.plot.loss_curves(runs, log=True)

# %% [markdown] lang="en"
# All three go down. The random ways are slower.
#
# Here is the film of the second one, feedback alignment, as rubber bands: play it, or drag the slider over the epochs, and choose an example. Nobody in this network was ever blamed by the right weights but the last layer, and the bands slacken all the same.

# %% [markdown] lang="zh"
# 三条线都在下降，随机的两种慢一些。
#
# 下面把第二种，反馈对齐，放成一部橡皮筋的影片：按播放，或者拖动轮次的进度条，再选一个样本看。这个网络里，除了最后一层，谁也没有被正确的权重怪罪过，可橡皮筋照样松了下来。

# %% name="slackening"
tg.rubber_band(runs["feedback alignment"], 3)

# %% [markdown] lang="zh" strings=true
# "feedback alignment" => "反馈对齐"

# %% [markdown] lang="en"
# ## Why it works
#
# Random blame ought to send the weights anywhere. But look at the angle between the weights on the way **forward** and those on the way **back**, layer by layer. 90° means that they have nothing to do with one another; 0° that they agree.

# %% [markdown] lang="zh"
# ## 为什么管用
#
# 照理说，乱怪罪会把权重推得四处乱跑。可是看看**前向**权重和**回传**权重之间的夹角，一层一层地看。90° 表示两者毫不相干，0° 表示完全一致。

# %%
def angle(a, b):
    dot = sum(p * q for p, q in zip(a, b, strict=True))
    return math.degrees(math.acos(min(1.0, dot / math.sqrt(sum(p * p for p in a) * sum(q * q for q in b)))))

def weight_angles(model):
    pairs = zip(model.network.layers[1:], model.back, strict=True)
    return [angle([w.data for n in layer.neurons for w in n.w], [p for row in back for p in row]) for layer, back in pairs]

pupil = blame.FeedbackAlignment(fresh(), seed=1)
angles = [weight_angles(pupil)]
history = tg.fit(pupil, train, epochs=100, seed=0, progress=False, record={"angles": weight_angles})
angles += history.recorded["angles"]

# %% hidden=true
tg.predict(
    f"At the output layer the angle is {angles[0][1]:.0f}° before training. Nobody changes the weights back. What is it after?",
    angles[-1][1],
    tolerance=0.25,
    mistakes={
        angles[0][1]: "The weights back stay. But the angle is one between two, and the forward ones learn.",
        90.0: "That is no relation at all. They come closer than that.",
        0.0: "They come closer, but not to being equal.",
    },
    because=f"It falls to {angles[-1][1]:.0f}°: the forward weights turn towards the ones that blame comes back by.",
)

# %% [markdown] lang="zh" strings=true
# At the output layer the angle is {angles[0][1]:.0f}° before training. Nobody changes the weights back. What is it after? => 训练之前，输出层的夹角是 {angles[0][1]:.0f}°。回传的权重没有人动过。训练之后是多少度？
# It falls to {angles[-1][1]:.0f}°: the forward weights turn towards the ones that blame comes back by. => 降到 {angles[-1][1]:.0f}°：前向的权重，慢慢转向了责任传回来时走的那些权重。
# "The weights back stay. But the angle is one between two, and the forward ones learn." => "回传的权重是没动。可夹角是两者之间的，前向的权重在学。"
# "That is no relation at all. They come closer than that." => "那是毫不相干。它们靠得比这近。"
# "They come closer, but not to being equal." => "它们靠近了，但没有变得一样。"

# %% name="angles"
tg.plot.lines({"hidden to hidden": [a for a, _ in angles], "hidden to output": [a for _, a in angles]}, x="epoch", y="angle, degrees")

# %% [markdown] lang="zh" strings=true
# "hidden to hidden" => "隐藏层到隐藏层"
# "hidden to output" => "隐藏层到输出层"
# "epoch" => "轮次"
# "angle, degrees" => "夹角（度）"

# %% [markdown] lang="en"
# That is the **alignment**. The weights back do not learn to be right; the forward weights learn to make them right *enough*. As soon as the blame points less than 90° away from the true gradient, a small step against it goes downhill.
#
# Is it so? Here is the angle between what feedback alignment tells the first layer and its true gradient, on the examples to learn from, before and after training:

# %% [markdown] lang="zh"
# 这就是**对齐**。回传的权重没有学着变对；是前向的权重学着让它们变得*够对*。只要传来的责任和真正的梯度夹角小于 90°，逆着它走一小步就是下坡。
#
# 是这样吗？下面是反馈对齐告诉第一层的那份责任，和第一层真正的梯度之间的夹角（在训练样本上），训练前后各量一次：

# %% name="downhill"
def told(model, network):
    outputs = [model(row) for row in train.X]
    tg.zero_grad(network.parameters())
    nn.binary_cross_entropy(outputs, train.y).backward()
    return [w.grad for neuron in network.layers[0].neurons for w in neuron.w]

start = blame.FeedbackAlignment(fresh(), seed=1)
gaps = {}
for name, model in {"before training": start, "after training": pupil}.items():
    gaps[name] = angle(told(model, model.network), told(model.network, model.network))
tg.plot.bars(gaps | {"no better than chance": 90.0}, x="degrees from the true gradient")

# %% [markdown] lang="zh" strings=true
# "before training" => "训练之前"
# "after training" => "训练之后"
# "no better than chance" => "跟瞎猜一样"
# "degrees from the true gradient" => "和真正梯度的夹角（度）"

# %% [markdown] lang="en"
# At first a small step against the blame even goes a little uphill (97°); in the end the blame is 63° from the true gradient, and the step goes down.
#
# ## Why `check_grads` refuses it
#
# Would our gradient check find out? It does not even try:

# %% [markdown] lang="zh"
# 一开始，逆着这份责任走，甚至有点上坡（97°）；到最后，它和真正的梯度只差 63°，逆着它走就是下坡。
#
# ## `check_grads` 为什么不肯检验它
#
# 我们的梯度检验能看穿它吗？它根本不检：

# %% name="refused"
try:
    tg.check_grads(lambda x: blame.feedback(2.0, x, -0.5), (3.0,))
except ValueError as refusal:
    print(refusal)

# %% [markdown] lang="en"
# A derivative has a truth: what a tiny turn of the knob does. This blame has none; it is a **rule of learning**, not a measurement. So an operation states whether its backward pass means to be exact, and what does not is neither checked nor practised nor called a slope.
#
# ## Targets in place of blame
#
# **Target propagation** sends no derivative through the layers at all. It tells each layer *what it should have said*. Beside every layer learns an inverse that undoes it; a slightly better answer at the top goes down through the inverses and becomes a target for every layer; each layer then only moves towards its own target (Lee, Zhang, Fischer and Bengio 2015, doi:10.1007/978-3-319-23528-8_31).
#
# **Forward-forward** has no backward pass at all. An example goes in together with a label. Each layer learns to be very active when the label is right, and hardly active when it is wrong; the answer is the label that excites the layers most (Hinton 2022, arXiv:2212.13345).

# %% [markdown] lang="zh"
# 导数有真值：把旋钮拧动一点点，结果变多少。这种责任没有真值，它是一条**学习的规则**，不是一次测量。所以每个运算都要写明，自己的反向传播是不是求准确的导数；不是的，就不检验，不拿来练习，也不叫斜率。
#
# ## 不给责任，给目标
#
# **目标传播**（target propagation）根本不让导数穿过各层。它告诉每一层*本该说什么*。每层旁边还学着一个逆，用来把这一层还原回去；顶上一个稍好一点的答案，经过这些逆一路往下，变成每一层的目标；每层只管向自己的目标靠拢（Lee、Zhang、Fischer 和 Bengio 2015，doi:10.1007/978-3-319-23528-8_31）。
#
# **前向-前向**（forward-forward）干脆没有反向。样本连同一个标签一起送进去。标签对的时候，每层学着非常活跃；标签错的时候，学着几乎不动。最能让各层兴奋的那个标签，就是回答（Hinton 2022，arXiv:2212.13345）。

# %% name="targets"
propagated = blame.TargetPropagation(fresh(), seed=1)
forward_only = blame.ForwardForward(2, [8, 8], classes=2, seed=1)
losses = {
    "target propagation": propagated.learn(train, epochs=100, seed=0),
    "forward-forward": forward_only.learn(train, epochs=100, seed=0),
}
tg.plot.lines(losses, x="epoch", y="sum of all layers' own losses", log=True)

# %% [markdown] lang="zh" strings=true
# "target propagation" => "目标传播"
# "forward-forward" => "前向-前向"
# "epoch" => "轮次"
# "sum of all layers' own losses" => "各层自己的损失之和"

# %% [markdown] lang="en"
# (These are sums of the layers' own losses; they cannot be compared with one another, nor with the curves above.)
#
# All five on points that none has seen:

# %% [markdown] lang="zh"
# （这里是各层自己的损失之和，彼此之间不能比，和上面的曲线也不能比。）
#
# 五种办法，在谁都没见过的点上：

# %% name="five"
everyone = ways | {"target propagation": propagated, "forward-forward": forward_only}
tg.plot.bars({name: tg.accuracy(model, test) for name, model in everyone.items()}, x="share that is right, of 30 points")

# %% [markdown] lang="zh" strings=true
# "target propagation" => "目标传播"
# "forward-forward" => "前向-前向"
# "share that is right, of 30 points" => "30 个点中答对的比例"

# %% [markdown] lang="en"
# And the boundary that was drawn by random blame. It bends as it should.

# %% [markdown] lang="zh"
# 再看看“乱怪罪”画出来的决策边界：该弯的地方，照样弯过来了。

# %% name="boundary"
tg.plot.decision_boundary(pupil, train, test=test)

# %% [markdown] lang="en"
# ## What one should not conclude
#
# Thirty points in the plane say little; on a task this small nearly every way to share blame works. On large ones these rules have so far fallen behind: Bartunov and others compared feedback alignment and target propagation with backpropagation on CIFAR and ImageNet, and found them much worse there (2018, arXiv:1807.04587). Backpropagation is not the only way to learn. It is the one that knows which way is down.
#
# ## Exercises
#
# **1.** In feedback alignment, one layer gets exactly the gradient of backpropagation. Which one?

# %% [markdown] lang="zh"
# ## 不该得出的结论
#
# 平面上的三十个点说明不了多少；任务这么小，几乎怎么分摊责任都行。到了大任务上，这些规则至今还落在后面：Bartunov 等人在 CIFAR 和 ImageNet 上把反馈对齐、目标传播与反向传播作了比较，发现前两者差得多（2018，arXiv:1807.04587）。反向传播不是唯一的学习办法。它只是知道哪边是下坡的那一个。
#
# ## 练习
#
# **1.** 在反馈对齐里，有一层得到的恰好就是反向传播的梯度。是哪一层？

# %% hidden=true
def all_told(model, network, layer):
    tg.zero_grad(network.parameters())
    nn.binary_cross_entropy(model(train.X[0]), train.y[0]).backward()
    return [w.grad for neuron in network.layers[layer].neurons for w in neuron.w]

same = [all_told(start, start.network, k) == all_told(start.network, start.network, k) for k in range(3)]
tg.predict(
    "Which of the three layers gets the exact gradient?",
    ["the first", "the second", "the last"][same.index(True)],
    choices=["the first", "the second", "the last"],
    mistakes={
        "the first": "Its blame has come through both random matrices.",
        "the second": "Its blame has come through one random matrix.",
    },
    because="Between the loss and the last layer lies no random weight: its error is exact. Only what is handed further down is not.",
)

# %% [markdown] lang="zh" strings=true
# Which of the three layers gets the exact gradient? => 三层里，哪一层得到的是准确的梯度？
# "the first" => "第一层"
# "the second" => "第二层"
# "the last" => "最后一层"
# Between the loss and the last layer lies no random weight: its error is exact. Only what is handed further down is not. => 损失和最后一层之间没有随机权重，它的误差是准确的。再往下传的才不是。
# "Its blame has come through both random matrices." => "它的责任穿过了两个随机矩阵。"
# "Its blame has come through one random matrix." => "它的责任穿过了一个随机矩阵。"

# %% [markdown] lang="en"
# **2.** With which weights on the way back would feedback alignment *be* backpropagation? Write them in place of `[start.back[0], start.back[1]]`, which are random, until the angle is 0.

# %% [markdown] lang="zh"
# **2.** 回传时用什么样的权重，反馈对齐就*等于*反向传播？改写 `[start.back[0], start.back[1]]`（现在是随机的），让夹角变成 0。

# %%
model = blame.FeedbackAlignment(fresh(), seed=1)
model.back = [start.back[0], start.back[1]]  # change me
f"{angle(told(model, model.network), told(model.network, model.network)):.0f} degrees"

# %% [markdown] lang="zh" strings=true
# change me => 改这里
#  degrees" =>  度"

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# The forward ones: `[[[w.data for w in neuron.w] for neuron in layer.neurons] for layer in model.network.layers[1:]]`. At the start, that is: as soon as the network learns they would have to follow.
# </details>
#
# **3.** One hidden neuron says h, the output is v × h and should be larger. The weight back is b = −0.5, and v = 1.5 (as in the player above). Which way does the hidden neuron move?

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 就是前向的那些：`[[[w.data for w in neuron.w] for neuron in layer.neurons] for layer in model.network.layers[1:]]`。不过这只在开头成立：网络一学起来，它们就得跟着变。
# </details>
#
# **3.** 一个隐藏神经元说 h，输出是 v × h，应该再大一些。回传权重是 b = −0.5，而 v = 1.5（同上面的播放器）。隐藏神经元会往哪边动？

# %% hidden=true
h = Value(0.4, "h")
((blame.feedback(1.5, h, -0.5) - 1.0) ** 2).backward()
tg.predict(
    "Which way does a step against its blame move h?",
    "up" if h.grad < 0 else "down",
    choices=["up", "down"],
    mistakes={
        "up": "So it should. But the blame comes back by b = −0.5, not by v = 1.5.",
    },
    because="The output wants more, and v is positive, so h should go up. But b is negative: h is sent down. Only v, whose own gradient is exact, moves the right way.",
)

# %% [markdown] lang="zh" strings=true
# Which way does a step against its blame move h? => 逆着责任走一步，h 往哪边动？
# "up" => "变大"
# "down" => "变小"
# The output wants more, and v is positive, so h should go up. But b is negative: h is sent down. Only v, whose own gradient is exact, moves the right way. => 输出想变大，而 v 为正，所以 h 本该变大。可 b 是负的，h 被推着变小。只有 v 自己的梯度是准确的，它动对了方向。
# "So it should. But the blame comes back by b = −0.5, not by v = 1.5." => "本该如此。可责任是按 b = −0.5 传回来的，不是按 v = 1.5。"

# %% [markdown] lang="en"
# **Next:** [12](12_from_scalars_to_tensors.ipynb): how all these scalars become matrices.

# %% [markdown] lang="zh"
# **下一课：**[第 12 课](12_from_scalars_to_tensors.ipynb)：这些标量怎样变成矩阵。
