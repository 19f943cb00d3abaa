# en: A tiny network, trained by hand
# zh: 一个小网络，亲手训练
import tinygrad_edu as tg

model = tg.nn.MLP(2, [4, 1], activation="tanh", seed=1)
points, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]

for step in range(200):
    loss = sum(tg.nn.mse(model(x), t) for x, t in zip(points, targets)) / 4
    model.zero_grad()
    loss.backward()
    for p in model.parameters():
        p.data -= 0.3 * p.grad
    if step % 40 == 0:
        print(f"step {step:3}  loss {loss.data:.4f}")

print([round(model(x).data, 2) for x in points])
tg.draw(model, [1, 0])
