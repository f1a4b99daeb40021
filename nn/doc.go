// Package nn builds models from layers, trains them with optimizers, and keeps
// their weights in files.
//
// A [Module] is anything with named parameters. A [Layer] is a module that maps
// one variable to another. A step of training puts a batch on a tape, runs the
// model, calls Backward and lets an [Optimizer] step:
//
//	init := nn.NewInitializer(dev, seed)
//	model := nn.Sequential{
//		nn.NewConv2d(init, 1, 8, 3, nn.ConvOptions{Padding: 1}, nn.Identity),
//		nn.NewBatchNorm(init, 8),
//		nn.ReLU,
//		nn.MaxPool2d{Size: 2},
//		nn.Flatten{},
//		nn.Dropout(0.1),
//		nn.NewLinear(init, 8*14*14, 10, nn.Identity),
//	}
//	adam := nn.NewAdam(nn.Parameters(model), nn.OptimizerOptions{LearningRate: 1e-3})
//	tape := autograd.NewTape(dev)
//	for step, batch := range batches {
//		tape.Reset()
//		tape.Train(seed, uint64(step))
//		logits := model.Forward(tape.Constant(batch.images, batch.n, 1, 28, 28))
//		tape.Backward(nn.CrossEntropy(logits, batch.labels, nn.CrossEntropyOptions{}))
//		if err := adam.Step(); err != nil {
//			return err
//		}
//	}
//	return nn.SaveFile("model.safetensors", model, nil)
//
// # Layers
//
// Layers with weights are made by functions that take an [Initializer]: [Linear],
// [Conv2d], [ConvTranspose2d], [BatchNorm], [LayerNorm], [GroupNorm]. The others
// are values: an [Activation] such as [ReLU], [MaxPool2d], [AvgPool2d],
// [Upsample2d], [Dropout], [Flatten], [Reshape]. Layers with a product take an
// activation as an argument, too, and compute it in the kernel of the product
// where the device can. A layer of your own is a type with the methods Visit and
// Forward; [Func] makes one of a function.
//
// # Training and evaluation
//
// [Dropout] and [BatchNorm] differ between a step of training and an evaluation.
// The tape says which it is: call [autograd.Tape.Train] or [autograd.Tape.Eval]
// after each Reset. Without such a call, a model with one of these layers panics. Other
// models do not need it. An evaluation without gradients takes less memory and time inside
// [autograd.Tape.NoGrad]:
//
//	tape.Reset()
//	tape.Eval()
//	tape.NoGrad(func() { logits = model.Forward(x) })
//
// # Losses
//
// Losses are functions of variables: [BCE], [BCELogits], [CrossEntropy], [MSE],
// [L1], [Huber], [SmoothL1], and [KLD] of a variational autoencoder. Their doc
// comments say whether they sum or average.
//
// # Optimizers
//
// [Adam], AdamW, AMSGrad, [SGD] and [RMSprop] pack their parameters, so that a
// step is few kernels over long spans of memory. A [Schedule] may change the
// learning rate from step to step, and gradients may be clipped: see
// [OptimizerOptions]. Several optimizers may share parameters. They skip
// parameters that [Freeze] has frozen. [EMA] averages parameters over the steps.
//
// A later run that starts from the parameters and from the State of the optimizer continues
// bit for bit.
//
// # PyTorch's models
//
// Parameters have PyTorch's names and shapes and start from PyTorch's
// distribution. PyTorch loads weights that this package saves, and the other way round: see
// [SaveFile] and [LoadFile], and the format's own package, nn/safetensors.
package nn
