// Package nn builds models from layers, trains them with optimizers, and keeps
// their weights in files.
//
// A [Module] is anything with named parameters, a [Layer] a module that maps one
// variable to another. A training step puts a batch on a tape, runs the model,
// calls Backward and lets an [Optimizer] step:
//
//	init := nn.NewInitializer(dev, seed)
//	model := nn.Sequential{
//		nn.NewConv2d(init, 1, 8, 3, nn.ConvOptions{Stride: 2}, nn.ReLU),
//		nn.Flatten(),
//		nn.NewLinear(init, 8*13*13, 10, nn.Identity),
//	}
//	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 1e-3})
//	tape := autograd.NewTape(dev)
//	for _, batch := range batches {
//		tape.Reset()
//		logits := model.Forward(tape.Constant(batch.images, batch.n, 1, 28, 28))
//		tape.Backward(autograd.BCELogits(logits, tape.Constant(batch.labels, batch.n, 10)))
//		if err := adam.Step(); err != nil {
//			return err
//		}
//	}
//	return nn.SaveFile("model.safetensors", model, nil)
//
// Activations belong to the layers, which compute them in the kernel of their
// product where the device can. A layer of your own is a type with the methods
// Visit and Forward; [Func] makes one of a function.
//
// # PyTorch's models
//
// Parameters carry PyTorch's names and shapes and start from PyTorch's
// distribution, so that weights saved here load there and the other way round:
// see [SaveFile] and [LoadFile], and the format's own package, nn/safetensors.
//
// # Optimizers
//
// [Adam], AdamW and [SGD] pack their parameters into one span of memory and
// update them in one kernel, whose learning rate a [Schedule] may change from
// step to step and whose gradients may be clipped, see [Rate]. Parameters, and
// what State returns, are all that a later run needs to go on bit for bit.
package nn
