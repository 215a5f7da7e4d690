import ArgumentParser
@main struct Orderflow: AsyncParsableCommand { func run() async throws { print("orderflow") } }
